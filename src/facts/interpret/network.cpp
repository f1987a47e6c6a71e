// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "facts/interpret/said.hpp"
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

std::string kind_of(const Said& said, const std::string& folder) {
    const std::vector<std::string> names = said.names(folder);
    const std::string type = said.file(folder + "/type").value_or("");
    const std::string uevent = "\n" + said.file(folder + "/uevent").value_or("") + "\n";
    if (type == type_loopback) return "loopback";
    if (has(names, "bonding")) return "bond";
    if (has(names, "bridge")) return "bridge";
    if (uevent.find("\nDEVTYPE=vlan\n") != std::string::npos) return "vlan";
    if (type == type_infiniband) return "infiniband";
    return has(names, "device") ? "physical" : "virtual";
}

bool is_administratively_up(const std::string& flags) {
    if (!flags.starts_with("0x")) return false;
    unsigned value = 0;
    const char* end = flags.data() + flags.size();
    const auto [stop, error] = std::from_chars(flags.data() + 2, end, value, 16);
    return error == std::errc{} && stop == end && (value & iff_up) != 0;
}

/// What an interface is made of: the members of a bond in their order, else by the names of its "lower_" links.
std::vector<std::string> lower_of(const Said& said, const std::string& folder) {
    std::vector<std::string> lower = words_of(said.file(folder + "/bonding/slaves").value_or(""));
    if (!lower.empty()) return lower;
    for (const std::string& name : said.names(folder)) {
        if (name.starts_with("lower_")) lower.push_back(name.substr(6));
    }
    return lower;
}

Nic nic_of(Said& said, const std::string& name) {
    const std::string folder = "/sys/class/net/" + name;
    Nic nic;
    nic.name = name;
    nic.kind = kind_of(said, folder);
    nic.mac = said.file(folder + "/address").value_or("");
    // The kernel refuses to read the carrier of an interface that is down.
    nic.is_up =
        is_administratively_up(said.file(folder + "/flags").value_or("")) && said.file(folder + "/carrier") == "1";
    const auto speed = number_of<std::int64_t>(said.file(folder + "/speed").value_or(""));
    if (speed && *speed > 0) nic.speed_mbps = speed;  // -1: the driver does not know
    const auto node = number_of<int>(said.file(folder + "/device/numa_node").value_or(""));
    if (node && *node >= 0) nic.numa_node = node;
    // ".../0000:00:03.0/virtio2/net/eth0": the last PCI function on the way is the controller.
    if (const auto chain = pci_chain(said.link(folder).value_or("")).addresses; !chain.empty()) {
        nic.pci_address = chain.back();
    }
    nic.master = last_part(said.link(folder + "/master").value_or(""));
    nic.driver = last_part(said.link(folder + "/device/driver").value_or(""));
    nic.lower = lower_of(said, folder);
    nic.mtu = number_of<int>(said.file(folder + "/mtu").value_or(""));
    if (!nic.mtu) said.gap({"nic." + name + ".mtu", "MTU of " + name}, said.why_no_file(folder + "/mtu"));
    return nic;
}

void interpret_addresses(Said& said) {
    const auto addresses =
        said.shaped<std::vector<calls::InterfaceAddress>>("getifaddrs()", {"addresses", "addresses"});
    if (!said.call("getifaddrs()")) said.gap({"addresses", "addresses"}, said.why_no_call("getifaddrs()"));
    if (!addresses) return;
    for (const calls::InterfaceAddress& entry : *addresses) {
        // An alias such as "eth0:1" is an address of eth0.
        const std::string name = entry.interface.substr(0, entry.interface.find(':'));
        auto& nics = said.machine().nics;
        const auto nic = std::find_if(nics.begin(), nics.end(), [&](const Nic& one) { return one.name == name; });
        if (nic != nics.end()) nic->addresses.push_back({entry.address, entry.prefix_length});
    }
}

void interpret_routes(Said& said) {
    for (const auto& [call, answer] : said.readings().calls) {
        const auto destination = argument_of(call, "route");
        if (!destination) continue;
        const Topic topic{"route." + *destination, "route to " + *destination};
        if (const auto route = said.shaped<calls::Route>(call, topic)) {
            said.machine().routes.push_back({*destination, route->interface, route->source, route->gateway});
        } else if (!answer.text) {
            said.gap(topic, reason_of(answer), "ip route get " + *destination);
        }
    }
}

void interpret_names(Said& said) {
    for (const auto& [call, answer] : said.readings().calls) {
        const auto name = argument_of(call, "getaddrinfo");
        if (!name) continue;
        NameResolution resolution{*name, {}, answer.because};
        if (const auto addresses = said.shaped<std::vector<std::string>>(call, {"name." + *name, "name " + *name})) {
            resolution.addresses = *addresses;
        } else if (answer.text) {
            continue;
        }
        said.machine().names.push_back(std::move(resolution));
    }
}

}  // namespace

void interpret_network(Said& said) {
    for (const std::string& name : said.names("/sys/class/net")) {
        if (name == "bonding_masters") continue;
        if (!said.link("/sys/class/net/" + name) && said.names("/sys/class/net/" + name).empty()) {
            said.gap({"nic." + name, "network interface " + name}, was_not_read("/sys/class/net/" + name));
            continue;
        }
        said.machine().nics.push_back(nic_of(said, name));
    }
    if (said.machine().nics.empty()) said.gap({"nics", "network interfaces"}, "\"/sys/class/net\" shows none");
    interpret_network_tables(said);
    interpret_addresses(said);
    interpret_routes(said);
    interpret_names(said);
}

}  // namespace r1cluster::detail
