// SPDX-License-Identifier: Apache-2.0
// Where the devices of an HGX H100 server with two sockets are: each GPU shares a PCIe 5 switch with one HCA, so that
// the two exchange data without the CPU; NVSwitches, disks and Ethernet have root ports of their own.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "host/example/described_host.hpp"
#include "readings/pci_names.hpp"

namespace r1cluster::detail {
namespace {

constexpr auto gen3 = "8.0 GT/s PCIe", gen4 = "16.0 GT/s PCIe", gen5 = "32.0 GT/s PCIe";
/// The bus of the root port above the switch of GPU i.
constexpr std::array<int, gpu_count> root_buses{0x15, 0x26, 0x37, 0x48, 0x97, 0xa8, 0xb9, 0xca};

std::string address_of(int bus, int device) { return fmt::format("0000:{:02x}:{:02x}.0", bus, device); }

void add_bridge(DescribedHost& host, std::vector<std::string> way, const std::string& address, const char* vendor,
                const char* device, int numa_node, const char* speed, int lanes = 16) {
    add_pci(host, {std::move(way), address, "0x060400", vendor, device, "0x0000", "0x0000", "pcieport", numa_node,
                   speed, lanes});
    // No redirection: traffic between a GPU and its HCA does not go up to the CPU.
    host.call("acs(" + address + ")", "0x0000");
}

constexpr auto intel = "0x8086", broadcom = "0x1000", nvidia = "0x10de", mellanox = "0x15b3", samsung = "0x144d";
constexpr auto root_port = "0x352a", pcie_switch = "0xc030";  // Sapphire Rapids; PEX89000

void add_switch(DescribedHost& host, const PciePlace& place) {
    const std::vector<std::string>& way = place.gpu_way;  // root complex, root port, upstream port, downstream port
    add_bridge(host, {way[0]}, way[1], intel, root_port, place.numa_node, gen5);
    add_bridge(host, {way[0], way[1]}, way[2], broadcom, pcie_switch, place.numa_node, gen5);
    add_bridge(host, {way[0], way[1], way[2]}, place.hca_way[3], broadcom, pcie_switch, place.numa_node, gen5);
    add_bridge(host, {way[0], way[1], way[2]}, way[3], broadcom, pcie_switch, place.numa_node, gen5);
}

/// A function on a root port of its own.
void add_below_root(DescribedHost& host, int root_bus, int root_device, PciFunction function) {
    const std::string root = fmt::format("pci0000:{:02x}", root_bus), port = address_of(root_bus, root_device);
    add_bridge(host, {root}, port, intel, root_port, function.numa_node, function.speed.c_str(), function.lanes);
    function.way = {root, port};
    add_pci(host, function);
}

}  // namespace

std::string device_link(std::string_view prefix, const PciFunction& function) {
    return fmt::format("{}devices/{}/{}", prefix, fmt::join(function.way, "/"), function.address);
}

void add_pci(DescribedHost& host, const PciFunction& function) {
    const std::string folder = fmt::format("{}/{}", pci_folder, function.address);
    host.list(pci_folder, {function.address});
    host.link(folder, device_link("../../../", function));
    host.link(folder + "/driver", "../../../bus/pci/drivers/" + function.driver);
    host.file(folder + "/class", function.class_code);
    host.file(folder + "/vendor", function.vendor);
    host.file(folder + "/device", function.device);
    host.file(folder + "/subsystem_vendor", function.subsystem_vendor);
    host.file(folder + "/subsystem_device", function.subsystem_device);
    host.file(folder + "/numa_node", function.numa_node);
    host.file(folder + "/local_cpulist", function.numa_node == 0 ? "0-55,112-167" : "56-111,168-223");
    host.file(folder + "/current_link_speed", function.speed);
    host.file(folder + "/max_link_speed", function.speed);
    host.file(folder + "/current_link_width", function.lanes);
    host.file(folder + "/max_link_width", function.lanes);
}

PciePlace place_of_gpu(int i) {
    const int bus = root_buses.at(static_cast<std::size_t>(i));
    const std::vector<std::string> above{fmt::format("pci0000:{:02x}", bus), address_of(bus, 1),
                                         address_of(bus + 1, 0)};
    PciePlace place{i < gpu_count / 2 ? 0 : 1, above, above, address_of(bus + 4, 0), address_of(bus + 3, 0)};
    place.hca_way.push_back(address_of(bus + 2, 0));
    place.gpu_way.push_back(address_of(bus + 2, 1));
    return place;
}

void describe_pci(DescribedHost& host) {
    for (int i = 0; i < gpu_count; ++i) {
        const PciePlace place = place_of_gpu(i);
        add_switch(host, place);
        add_pci(host, {place.gpu_way, place.gpu_address, "0x030200", nvidia, "0x2330", nvidia, "0x16c1", "nvidia",
                       place.numa_node, gen5, 16});
        add_pci(host, {place.hca_way, place.hca_address, "0x020700", mellanox, "0x1021", mellanox, "0x0041",
                       "mlx5_core", place.numa_node, gen5, 16});
    }
    for (int i = 0; i < 4; ++i) {
        const std::string address = address_of(0x07 + i, 0);
        add_below_root(host, 0x00, 0x10 + i,
                       {{}, address, "0x068000", nvidia, "0x22a3", nvidia, "0x1796", "nvidia-nvswitch", 0, gen3, 2});
        host.list("/proc/driver/nvidia-nvswitch/devices", {address});
    }
    // The boot disk; and four disks that /data stripes over, two at each socket.
    add_below_root(host, 0x00, 0x0c,
                   {{}, "0000:01:00.0", "0x010802", samsung, "0xa80a", samsung, "0xa801", "nvme", 0, gen4, 4});
    for (int i = 0; i < 4; ++i) {
        const int bus = (i < 2 ? 0x58 : 0xd8) + 4 * (i % 2);
        add_below_root(host, bus, 1,
                       {{},
                        address_of(bus + 1, 0),
                        "0x010802",
                        samsung,
                        "0xa825",
                        samsung,
                        "0xa801",
                        "nvme",
                        i < 2 ? 0 : 1,
                        gen4,
                        4});
    }
    add_below_root(host, 0x30, 1,
                   {{}, "0000:31:00.0", "0x020000", intel, "0x1592", intel, "0x0002", "ice", 0, gen4, 16});
}

}  // namespace r1cluster::detail
