// SPDX-License-Identifier: Apache-2.0
// One Ethernet port of 100 Gb/s, by which the hosts reach each other and the world; docker0, which leads nowhere.
#include <fmt/format.h>

#include "host/example/described_host.hpp"
#include "readings/calls_devices.hpp"

namespace r1cluster::detail {
namespace {

constexpr auto ethernet = "ens1f0np0";

struct Interface {
    std::string name, mac, operstate, flags;
    int carrier = 1, mtu = 1500, type = 1;
};

std::string folder_of(const std::string& name) { return "/sys/class/net/" + name; }

void describe_interface(DescribedHost& host, const Interface& interface) {
    const std::string folder = folder_of(interface.name);
    host.list("/sys/class/net", {interface.name});
    host.list(folder, {"address", "carrier", "flags", "mtu", "operstate", "speed", "type", "uevent"});
    host.file(folder + "/address", interface.mac);
    host.file(folder + "/operstate", interface.operstate);
    host.file(folder + "/carrier", interface.carrier);
    host.file(folder + "/flags", interface.flags);
    host.file(folder + "/mtu", interface.mtu);
    host.file(folder + "/type", interface.type);
    host.file(folder + "/uevent", "INTERFACE=" + interface.name);
}

void describe_interfaces(DescribedHost& host) {
    describe_interface(host, {"lo", "00:00:00:00:00:00", "unknown", "0x9", 1, 65536, 772});
    host.link(folder_of("lo"), "../../devices/virtual/net/lo");
    host.no_file(folder_of("lo") + "/speed", "Invalid argument", ReasonCode::invalid_argument);

    describe_interface(host,
                       {"docker0", fmt::format("02:42:00:00:00:{:02x}", host.identity().number), "down", "0x1003", 0});
    host.link(folder_of("docker0"), "../../devices/virtual/net/docker0");
    host.list(folder_of("docker0"), {"bridge"});
    host.file(folder_of("docker0") + "/speed", -1);

    describe_interface(
        host, {ethernet, fmt::format("02:00:00:00:00:{:02x}", host.identity().number), "up", "0x1003", 1, 9000});
    host.link(folder_of(ethernet), fmt::format("../../devices/pci0000:30/0000:30:01.0/0000:31:00.0/net/{}", ethernet));
    host.list(folder_of(ethernet), {"device"});
    host.link(folder_of(ethernet) + "/device", "../../../0000:31:00.0");
    host.link(folder_of(ethernet) + "/device/driver", "../../../../bus/pci/drivers/ice");
    host.file(folder_of(ethernet) + "/device/numa_node", 0);
    host.file(folder_of(ethernet) + "/speed", 100'000);
}

}  // namespace

void describe_network(DescribedHost& host) {
    const HostIdentity& identity = host.identity();
    describe_interfaces(host);
    host.shaped_call("getifaddrs()",
                     std::vector<calls::InterfaceAddress>{
                         {"lo", "127.0.0.1", 8}, {ethernet, identity.address, 24}, {"docker0", "172.17.0.1", 16}});
    std::vector<calls::Link> links{
        {"lo", "", "", std::nullopt}, {ethernet, "", "", std::nullopt}, {"docker0", "bridge", "", std::nullopt}};
    for (int i = 0; i < gpu_count; ++i) links.push_back({fmt::format("ib{}", i), "ipoib", "", std::nullopt});
    host.shaped_call("links()", links);
    constexpr int main_table = 254;
    host.shaped_call("routes()", calls::RouteTable{true,
                                                   {{"default", ethernet, "", "10.0.0.254", main_table, 0},
                                                    {"10.0.0.0/24", ethernet, identity.address, "", main_table, 0},
                                                    {"172.17.0.0/16", "docker0", "172.17.0.1", "", main_table, 0}}});
    host.shaped_call("route_policies()", std::vector<calls::RoutePolicy>{{0, "ipv4", "", "", "", 255},
                                                                         {32766, "ipv4", "", "", "", 254},
                                                                         {32767, "ipv4", "", "", "", 253}});
    host.shaped_call(fmt::format("route({})", identity.peer_address), calls::Route{ethernet, identity.address, ""});
    host.shaped_call(fmt::format("getaddrinfo({})", identity.name), std::vector<std::string>{identity.address});
    host.no_file("/proc/net/ip_tables_names", "No such file or directory", ReasonCode::not_found);
    host.no_file("/proc/net/ip6_tables_names", "No such file or directory", ReasonCode::not_found);
    host.text("/etc/ufw/ufw.conf", "ENABLED=no\nLOGLEVEL=low\n");
}

}  // namespace r1cluster::detail
