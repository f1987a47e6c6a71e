// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "facts/interpret/host_answers.hpp"
#include "readings/pci_names.hpp"

namespace r1cluster::detail {
namespace {

// linux/if.h and linux/if_arp.h; written out because core reads recordings on any system.
constexpr unsigned iff_up = 0x1;
constexpr auto type_infiniband = "32";
constexpr auto type_loopback = "772";

bool has(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

NicKind kind_of(const HostAnswers& answers, const std::string& folder) {
    const std::vector<std::string> names = answers.names(folder);
    const std::string type = answers.file(folder + "/type").value_or("");
    const std::string uevent = "\n" + answers.file(folder + "/uevent").value_or("") + "\n";
    if (type == type_loopback) return NicKind::loopback;
    if (has(names, "bonding")) return NicKind::bond;
    if (has(names, "bridge")) return NicKind::bridge;
    if (uevent.find("\nDEVTYPE=vlan\n") != std::string::npos) return NicKind::vlan;
    if (type == type_infiniband) return NicKind::infiniband;
    return has(names, "device") ? NicKind::physical : NicKind::software;
}

bool is_administratively_up(const std::string& flags) {
    if (!flags.starts_with("0x")) return false;
    unsigned value = 0;
    const char* end = flags.data() + flags.size();
    const auto [stop, error] = std::from_chars(flags.data() + 2, end, value, 16);
    return error == std::errc{} && stop == end && (value & iff_up) != 0;
}

/// What an interface is made of: the members of a bond in their order, else by the names of its "lower_" links.
std::vector<std::string> lower_of(const HostAnswers& answers, const std::string& folder) {
    std::vector<std::string> lower = words_of(answers.file(folder + "/bonding/slaves").value_or(""));
    if (!lower.empty()) return lower;
    for (const std::string& name : answers.names(folder)) {
        if (name.starts_with("lower_")) lower.push_back(name.substr(6));
    }
    return lower;
}

Nic nic_of(HostAnswers& answers, const std::string& name) {
    const std::string folder = "/sys/class/net/" + name;
    Nic nic;
    nic.name = name;
    nic.kind = kind_of(answers, folder);
    nic.mac = answers.file(folder + "/address").value_or("");
    // The kernel refuses to read the carrier of an interface that is down.
    nic.is_up = is_administratively_up(answers.file(folder + "/flags").value_or("")) &&
                answers.file(folder + "/carrier") == "1";
    const auto speed = number_of<std::int64_t>(answers.file(folder + "/speed").value_or(""));
    if (speed && *speed > 0) nic.speed_mbps = speed;  // -1: the driver does not know
    const auto node = number_of<int>(answers.file(folder + "/device/numa_node").value_or(""));
    if (node && *node >= 0) nic.numa_node = node;
    // ".../0000:00:03.0/virtio2/net/eth0": the last PCI function on the way is the controller.
    if (const auto chain = pci_chain(answers.link(folder).value_or("")).addresses; !chain.empty()) {
        nic.pci_address = chain.back();
    }
    nic.master = last_part(answers.link(folder + "/master").value_or(""));
    nic.driver = last_part(answers.link(folder + "/device/driver").value_or(""));
    nic.lower = lower_of(answers, folder);
    nic.mtu = number_of<int>(answers.file(folder + "/mtu").value_or(""));
    if (!nic.mtu) answers.gap({"nic." + name + ".mtu", "MTU of " + name}, answers.why_no_file(folder + "/mtu"));
    return nic;
}

void interpret_addresses(HostAnswers& answers) {
    const auto addresses =
        answers.shaped<std::vector<calls::InterfaceAddress>>("getifaddrs()", {"addresses", "addresses"});
    if (!answers.call("getifaddrs()")) answers.gap({"addresses", "addresses"}, answers.why_no_call("getifaddrs()"));
    if (!addresses) return;
    for (const calls::InterfaceAddress& entry : *addresses) {
        // An alias such as "eth0:1" is an address of eth0.
        const std::string name = entry.interface.substr(0, entry.interface.find(':'));
        auto& nics = answers.machine().nics;
        const auto nic = std::find_if(nics.begin(), nics.end(), [&](const Nic& one) { return one.name == name; });
        if (nic != nics.end()) nic->addresses.push_back({entry.address, entry.prefix_length});
    }
}

void interpret_routes(HostAnswers& answers) {
    for (const auto& [call, answer] : answers.readings().calls) {
        const auto destination = argument_of(call, "route");
        if (!destination) continue;
        const Topic topic{"route." + *destination, "route to " + *destination};
        if (const auto route = answers.shaped<calls::Route>(call, topic)) {
            answers.machine().routes.push_back({*destination, route->interface, route->source, route->gateway});
        } else if (!answer.text) {
            answers.gap(topic, reason_of(answer), "ip route get " + *destination);
        }
    }
}

void interpret_names(HostAnswers& answers) {
    for (const auto& [call, answer] : answers.readings().calls) {
        const auto name = argument_of(call, "getaddrinfo");
        if (!name) continue;
        NameResolution resolution{*name, {}, answer.because};
        if (const auto addresses = answers.shaped<std::vector<std::string>>(call, {"name." + *name, "name " + *name})) {
            resolution.addresses = *addresses;
        } else if (answer.text) {
            continue;
        }
        answers.machine().names.push_back(std::move(resolution));
    }
}

}  // namespace

void interpret_network(HostAnswers& answers) {
    for (const std::string& name : answers.names("/sys/class/net")) {
        if (name == "bonding_masters") continue;
        if (!answers.link("/sys/class/net/" + name) && answers.names("/sys/class/net/" + name).empty()) {
            answers.gap({"nic." + name, "network interface " + name}, was_not_read("/sys/class/net/" + name));
            continue;
        }
        answers.machine().nics.push_back(nic_of(answers, name));
    }
    if (answers.machine().nics.empty()) answers.gap({"nics", "network interfaces"}, "\"/sys/class/net\" shows none");
    interpret_network_tables(answers);
    interpret_addresses(answers);
    interpret_routes(answers);
    interpret_names(answers);
}

}  // namespace r1cluster::detail
