// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>
#include <sstream>

#include "host/read/made_tree.hpp"
#include "host/read/sources.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "readings/calls_devices.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

const std::string base = "/sys/class/net/";

/// An interface that is up; `place` is where its link leads to below /sys/devices.
void add(const MadeTree& tree, const std::string& name, const std::string& place, const std::string& uevent = "") {
    const std::string folder = "/sys/devices/" + place;
    tree.link(base + name, "../../devices/" + place);
    tree.file(folder + "/flags", "0x1003\n");
    tree.file(folder + "/carrier", "1\n");
    tree.file(folder + "/mtu", "9000\n");
    tree.file(folder + "/type", "1\n");
    tree.file(folder + "/address", "02:00:00:00:00:01\n");
    tree.file(folder + "/uevent", uevent);
}

/// Two ports of one card in bond0, and VLAN 100 on that.
void add_bond(const MadeTree& tree) {
    for (const int i : {0, 1}) {
        const std::string name = "ens1f" + std::to_string(i);
        const std::string function = "pci0000:15/0000:15:01.0/0000:18:00." + std::to_string(i);
        add(tree, name, function + "/net/" + name);
        tree.link("/sys/devices/" + function + "/net/" + name + "/device", "../../../0000:18:00." + std::to_string(i));
        tree.link("/sys/devices/" + function + "/driver", "../../../../bus/pci/drivers/mlx5_core");
        tree.link("/sys/devices/" + function + "/net/" + name + "/master", "../../../../../virtual/net/bond0");
        tree.file("/sys/devices/" + function + "/numa_node", "1\n");
    }
    add(tree, "bond0", "virtual/net/bond0", "DEVTYPE=bond\n");
    tree.file("/sys/devices/virtual/net/bond0/bonding/slaves", "ens1f0 ens1f1\n");
    add(tree, "bond0.100", "virtual/net/bond0.100", "DEVTYPE=vlan\n");
    tree.link("/sys/devices/virtual/net/bond0.100/lower_bond0", "../bond0");
    tree.file("/sys/class/net/bonding_masters", "bond0\n");
}

Machine machine_of(const MadeTree& tree, const std::vector<calls::Link>& links = {}) {
    Readings readings;
    detail::read_interfaces(tree.below(readings));
    detail::read_firewalls(tree.below(readings));
    readings.calls["links()"] = {calls::to_text(links), ""};
    return interpret(readings);
}

const Nic& nic(const Machine& machine, const std::string& name) {
    for (const Nic& one : machine.nics) {
        if (one.name == name) return one;
    }
    FAIL("no interface " + name);
    throw 0;
}

std::vector<Firewall> firewalls(const std::vector<std::pair<std::string, std::string>>& files) {
    return machine_of(MadeTree(files)).firewalls;
}

}  // namespace

TEST_CASE("members of a bond name it, and it names them", "[host/read]") {
    const MadeTree tree;
    add_bond(tree);
    const Machine machine = machine_of(tree);
    CHECK(machine.nics.size() == 4);
    CHECK(nic(machine, "bond0").kind == NicKind::bond);
    CHECK(nic(machine, "bond0").lower == std::vector<std::string>{"ens1f0", "ens1f1"});
    CHECK(nic(machine, "bond0").pci_address.empty());
    const Nic& member = nic(machine, "ens1f1");
    CHECK(member.kind == NicKind::physical);
    CHECK(member.master == "bond0");
    CHECK(member.pci_address == "0000:18:00.1");
    CHECK(member.driver == "mlx5_core");
    CHECK(member.numa_node == 1);
}

TEST_CASE("a VLAN has its number from the kernel and its parent from sysfs", "[host/read]") {
    const MadeTree tree;
    add_bond(tree);
    const Machine machine = machine_of(tree, {{"bond0.100", "vlan", "bond0", 100}, {"gone0", "vlan", "bond0", 7}});
    CHECK(nic(machine, "bond0.100").kind == NicKind::vlan);
    CHECK(nic(machine, "bond0.100").vlan_id == 100);
    CHECK(nic(machine, "bond0.100").lower == std::vector<std::string>{"bond0"});
    CHECK(machine.nics.size() == 4);
}

TEST_CASE("a virtio interface has the PCI address of its controller", "[host/read]") {
    const MadeTree tree;
    add(tree, "eth0", "pci0000:00/0000:00:03.0/virtio2/net/eth0");
    CHECK(nic(machine_of(tree), "eth0").pci_address == "0000:00:03.0");
}

TEST_CASE("routes and policies of the kernel become entries, without the standing rules", "[host/read]") {
    Readings readings;
    calls::RouteTable table{false, {{"default", "eth0", "", "10.0.0.254", 254, 100}}};
    readings.calls["routes()"] = {calls::to_text(table), ""};
    const std::vector<calls::RoutePolicy> policies{{0, "ipv4", "", "", "", 255},
                                                   {1000, "ipv4", "10.1.0.0/16", "", "", 101},
                                                   {32766, "ipv4", "", "", "", 254},
                                                   {32767, "ipv4", "", "", "", 253}};
    readings.calls["route_policies()"] = {calls::to_text(policies), ""};
    const Machine machine = interpret(readings);
    CHECK(machine.route_entries == std::vector<RouteEntry>{{"default", "eth0", "", "10.0.0.254", 254, 100}});
    CHECK(machine.route_policies == std::vector<RoutePolicy>{{1000, "ipv4", "10.1.0.0/16", "", "", 101}});
    CHECK(std::count(machine.gaps.begin(), machine.gaps.end(),
                     Gap{"routes", "routes", "more than 1 routes, of which these are kept", ""}) == 1);
}

TEST_CASE("the routes of this machine are those of /proc/net/route", "[host/read]") {
    Readings readings;
    detail::read_network_tables(readings);
    for (const char* call : {"links()", "routes()", "route_policies()"}) CHECK(readings.calls.at(call).because.empty());
    const std::vector<RouteEntry> entries = interpret(readings).route_entries;
    std::ifstream lines("/proc/net/route");  // interface, destination and gateway as hex, flags, ...
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string interface, destination;
        words >> interface >> destination;
        const bool is_default = destination == "00000000";
        CHECK(std::any_of(entries.begin(), entries.end(), [&](const RouteEntry& entry) {
            return entry.interface == interface && entry.table == 254 && (entry.destination == "default") == is_default;
        }));
    }
    CHECK(readings.calls.at("links()").text.value_or("").find("\"name\":\"lo\"") != std::string::npos);
}

TEST_CASE("a firewall is off only where something proves it", "[host/read]") {
    CHECK(firewalls({}) == std::vector<Firewall>{
                               {"iptables", false, "the kernel has no legacy iptables: no /proc/net/ip_tables_names"}});
    CHECK(firewalls({{"/proc/net/ip_tables_names", ""}}) ==
          std::vector<Firewall>{{"iptables", false, "/proc/net/ip_tables_names names no table"}});
    CHECK(firewalls({{"/proc/net/ip_tables_names", "nat\nfilter\n"}}) ==
          std::vector<Firewall>{
              {"iptables", std::nullopt, "tables that exist: nat, filter; whether they hold rules was not read"}});
    CHECK(firewalls({{"/sys/module/nf_tables/initstate", "live\n"}}).at(0) ==
          Firewall{"nftables", std::nullopt, "the module nf_tables is loaded; its rules were not read"});
    CHECK(firewalls({{"/etc/ufw/ufw.conf", "# x\nENABLED=yes\n"}}).at(1) ==
          Firewall{"ufw", true, "ENABLED=yes in /etc/ufw/ufw.conf"});
    CHECK(firewalls({{"/etc/ufw/ufw.conf", "ENABLED=no\n"}}).at(1).is_active == false);
}

TEST_CASE("a list of firewall tables that may not be read asks for root", "[host/read]") {
    const MadeTree tree;
    tree.directory("/proc/net/ip_tables_names");  // refuses even root
    const Machine machine = machine_of(tree);
    CHECK(machine.firewalls.at(0).is_active == std::nullopt);
    CHECK(std::count(machine.gaps.begin(), machine.gaps.end(),
                     Gap{"firewall.iptables", "firewall iptables", "/proc/net/ip_tables_names: Is a directory",
                         "read as root"}) == 1);
}
