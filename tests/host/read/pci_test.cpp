// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "host/read/made_tree.hpp"
#include "host/read/sources.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

const std::string base = "/sys/bus/pci/devices/";

/// A function as sysfs shows it: a folder below /sys/devices, and a link to it by its address.
struct Function {
    std::string chain;  ///< "pci0000:15/0000:15:01.0"
    std::string class_code, vendor, device;
    std::vector<std::pair<std::string, std::string>> more;  ///< file -> content
};

void add(const MadeTree& tree, const Function& function) {
    const std::string folder = "/sys/devices/" + function.chain;
    const std::string address = function.chain.substr(function.chain.rfind('/') + 1);
    tree.file(folder + "/class", function.class_code + "\n");
    tree.file(folder + "/vendor", function.vendor + "\n");
    tree.file(folder + "/device", function.device + "\n");
    tree.file(folder + "/numa_node", "-1\n");
    tree.file(folder + "/local_cpulist", "0-3\n");
    for (const auto& [name, content] : function.more) tree.file(folder + "/" + name, content);
    tree.link(base + address, "../../../devices/" + function.chain);
}

Machine machine_of(const MadeTree& tree, Readings* kept = nullptr) {
    Readings readings;
    detail::read_pci(tree.below(readings));
    if (kept) *kept = readings;
    return interpret(readings);
}

const PciDevice& device(const Machine& machine, const std::string& address) {
    for (const PciDevice& one : machine.pci_devices) {
        if (one.address == address) return one;
    }
    FAIL("no device " + address);
    throw 0;
}

std::vector<Gap> gaps_about(const Machine& machine, const std::string& start) {
    std::vector<Gap> found;
    for (const Gap& gap : machine.gaps) {
        if (gap.subject.starts_with(start)) found.push_back(gap);
    }
    return found;
}

/// 4096 bytes of configuration space: a capability 0x0001 at 0x100 that leads to access control at 0x148.
std::string config_with_acs(int control) {
    std::string bytes(4096, '\0');
    const auto put = [&](std::size_t at, unsigned word) {
        for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(word >> (8 * i) & 0xFFU);
    };
    put(0x100, 0x14810001);
    put(0x148, 0x0001000D);
    put(0x14C, static_cast<unsigned>(control) << 16U | 0x5FU);
    return bytes;
}

/// A GPU and an HCA below one switch of root complex 15.
void add_switch(const MadeTree& tree, const std::string& config) {
    const std::string top = "pci0000:15/0000:15:01.0";
    add(tree, {top, "0x060400", "0x8086", "0x352a", {{"config", std::string(256, '\0')}}});
    add(tree, {top + "/0000:16:00.0", "0x060400", "0x1000", "0xc030", {{"config", config}}});
    add(tree, {top + "/0000:16:00.0/0000:17:00.0", "0x060400", "0x1000", "0xc030", {{"config", config}}});
    add(tree, {top + "/0000:16:00.0/0000:17:00.0/0000:18:00.0",
               "0x030200",
               "0x10de",
               "0x2330",
               {{"current_link_speed", "2.5 GT/s PCIe\n"},
                {"current_link_width", "16\n"},
                {"max_link_speed", "32.0 GT/s PCIe\n"},
                {"max_link_width", "16\n"},
                {"subsystem_vendor", "0x10de\n"},
                {"subsystem_device", "0x16c1\n"},
                {"numa_node", "1\n"}}});
}

}  // namespace

TEST_CASE("a GPU below a PCIe switch has the bridges above it, up to the root complex", "[host/read]") {
    const MadeTree tree;
    add_switch(tree, config_with_acs(0));
    const Machine machine = machine_of(tree);
    REQUIRE(machine.pci_devices.size() == 4);
    const PciDevice& gpu = device(machine, "0000:18:00.0");
    CHECK(gpu.kind == PciKind::gpu);
    CHECK(gpu.parent == "0000:17:00.0");
    CHECK(gpu.link == PciLink{2.5, 16, 32.0, 16});
    CHECK(gpu.numa_node == 1);
    CHECK(gpu.local_cpus == "0-3");
    CHECK(gpu.subsystem_device_id == "0x16c1");
    CHECK(gpu.virtual_functions == std::nullopt);
    CHECK(device(machine, "0000:15:01.0").parent == "pci0000:15");
    CHECK(device(machine, "0000:15:01.0").kind == PciKind::bridge);
    CHECK(gaps_about(machine, "PCI").empty());
}

TEST_CASE("ACS that redirects requests or completions is told from ACS that only checks sources", "[host/read]") {
    const std::vector<std::pair<int, bool>> cases{{0x1d, true}, {0x04, true}, {0x08, true}, {0x01, false}, {0, false}};
    for (const auto& [control, is_redirecting] : cases) {
        const MadeTree tree;
        add_switch(tree, config_with_acs(control));
        CHECK(device(machine_of(tree), "0000:17:00.0").is_acs_redirecting == is_redirecting);
    }
}

TEST_CASE("a bridge without extended configuration space has no ACS", "[host/read]") {
    const MadeTree tree;
    add_switch(tree, config_with_acs(0x1d));
    Readings readings;
    CHECK(device(machine_of(tree, &readings), "0000:15:01.0").is_acs_redirecting == false);
    CHECK(readings.calls.at("acs(0000:15:01.0)").text == "none");
    CHECK(readings.calls.at("acs(0000:16:00.0)").text == "0x001d");
}

TEST_CASE("configuration space that ends after 64 bytes asks for root", "[host/read]") {
    const MadeTree tree;
    add_switch(tree, std::string(64, '\0'));
    const Machine machine = machine_of(tree);
    CHECK(device(machine, "0000:17:00.0").is_acs_redirecting == std::nullopt);
    CHECK(gaps_about(machine, "PCI access control services") ==
          std::vector<Gap>{{"pci.acs", "PCI access control services",
                            "0000:16:00.0, 0000:17:00.0: acs(0000:16:00.0): needs root: only 64 of 4096 bytes of "
                            "configuration space are readable",
                            "read as root"}});
}

TEST_CASE("a list of capabilities in a circle ends", "[host/read]") {
    std::string config(4096, '\0');
    config[0x100] = 1;
    config[0x103] = 0x10;  // next: 0x100
    const MadeTree tree;
    add_switch(tree, config);
    CHECK(device(machine_of(tree), "0000:17:00.0").is_acs_redirecting == false);
}

TEST_CASE("domains of five digits hang below the device that hides them", "[host/read]") {
    const MadeTree tree;
    add(tree, {"pci0000:80/0000:80:00.5", "0x010400", "0x8086", "0x28c0", {}});
    add(tree, {"pci0000:80/0000:80:00.5/pci10000:e0/10000:e0:01.0", "0x060400", "0x8086", "0x352a", {}});
    add(tree, {"pci0000:80/0000:80:00.5/pci10000:e0/10000:e0:01.0/10000:e1:00.0", "0x010802", "0x144d", "0xa80a", {}});
    const Machine machine = machine_of(tree);
    REQUIRE(machine.pci_devices.size() == 3);
    CHECK(device(machine, "10000:e1:00.0").kind == PciKind::nvme);
    CHECK(device(machine, "10000:e1:00.0").parent == "10000:e0:01.0");
    CHECK(device(machine, "10000:e0:01.0").parent == "0000:80:00.5");
    CHECK(device(machine, "0000:80:00.5").kind == PciKind::other);
    CHECK(device(machine, "0000:80:00.5").parent == "pci0000:80");
}

TEST_CASE("a virtual machine with flat PCIe and no NUMA node keeps what is there", "[host/read]") {
    // tests/machines/h200-2gpu-vm comes from such a machine: its links show, its network controller has none.
    const MadeTree tree;
    add(tree, {"pci0000:00/0000:00:00.0", "0x060000", "0x8086", "0x0d57", {}});
    add(tree, {"pci0000:00/0000:00:01.0", "0x018000", "0x1af4", "0x1042", {}});
    add(tree, {"pci0000:00/0000:00:03.0", "0x020000", "0x1af4", "0x1041", {}});
    add(tree, {"pci0000:00/0000:00:06.0", "0x030200", "0x10de", "0x2335", {{"max_link_speed", "32.0 GT/s PCIe\n"}}});
    Readings readings;
    const Machine machine = machine_of(tree, &readings);
    REQUIRE(machine.pci_devices.size() == 2);
    CHECK(machine.pci_devices[0].kind == PciKind::network);
    CHECK(machine.pci_devices[0].link == PciLink{});
    CHECK(machine.pci_devices[1].numa_node == std::nullopt);
    CHECK(machine.pci_devices[1].link.max_speed_gts == 32.0);
    CHECK(gaps_about(machine, "PCI").empty());
    CHECK_FALSE(readings.files.contains(base + "0000:00:01.0/class"));  // what does not matter is not kept
}

TEST_CASE("a virtual function names its physical function, which says how many it has", "[host/read]") {
    const MadeTree tree;
    const std::string port = "pci0000:15/0000:15:01.0";
    add(tree, {port, "0x060400", "0x8086", "0x352a", {}});
    add(tree, {port + "/0000:16:00.0",
               "0x020700",
               "0x15b3",
               "0x1021",
               {{"sriov_numvfs", "2\n"}, {"sriov_totalvfs", "16\n"}}});
    add(tree, {port + "/0000:16:00.1", "0x020700", "0x15b3", "0x101e", {{"current_link_width", "0\n"}}});
    tree.link(base + "0000:16:00.1/physfn", "../0000:16:00.0");
    tree.link(base + "0000:16:00.1/driver", "../../../../bus/pci/drivers/vfio-pci");
    tree.link(base + "0000:16:00.1/iommu_group", "../../../../kernel/iommu_groups/71");
    const Machine machine = machine_of(tree);
    CHECK(device(machine, "0000:16:00.0").virtual_functions == 2);
    CHECK(device(machine, "0000:16:00.0").physical_function.empty());
    CHECK(device(machine, "0000:16:00.1").physical_function == "0000:16:00.0");
    CHECK(device(machine, "0000:16:00.1").driver == "vfio-pci");
    CHECK(device(machine, "0000:16:00.1").iommu_group == 71);
    CHECK(device(machine, "0000:16:00.1").link.width == std::nullopt);
}

TEST_CASE("a device that leaves while it is read, and one that cannot be read, are gaps", "[host/read]") {
    const MadeTree tree;
    tree.link(base + "0000:18:00.0", "../../../devices/pci0000:15/0000:18:00.0");  // leads nowhere
    tree.directory(base + "0000:19:00.0/class");
    const Machine machine = machine_of(tree);
    CHECK(machine.pci_devices.empty());
    CHECK(gaps_about(machine, "PCI device 0000:18:00.0") ==
          std::vector<Gap>{{"pci.0000:18:00.0", "PCI device 0000:18:00.0",
                            base + "0000:18:00.0/class: No such file or directory",
                            "read again: it may have left the bus meanwhile", ReasonCode::not_found}});
    CHECK(gaps_about(machine, "PCI device 0000:19:00.0").at(0).because == base + "0000:19:00.0/class: Is a directory");
}

TEST_CASE("a host without PCI says so", "[host/read]") {
    CHECK(gaps_about(machine_of(MadeTree()), "PCI devices") ==
          std::vector<Gap>{{"pci_devices", "PCI devices", "/sys/bus/pci/devices: No such file or directory", "",
                            ReasonCode::not_found}});
}

TEST_CASE("GPUs come before virtual functions where there are more devices than are read", "[host/read]") {
    const MadeTree tree;
    for (int i = 0; i < 600; ++i) {
        const std::string address = fmt::format("0001:{:02x}:{:02x}.{}", i / 256, i / 8 % 32, i % 8);
        add(tree, {"pci0001:00/" + address, "0x020000", "0x15b3", "0x101e", {}});
        tree.link(base + address + "/physfn", "../0001:00:00.0");
    }
    add(tree, {"pci0002:00/0002:00:00.0", "0x030200", "0x10de", "0x2330", {}});
    const Machine machine = machine_of(tree);
    CHECK(machine.pci_devices.size() == 512);
    CHECK(device(machine, "0002:00:00.0").kind == PciKind::gpu);
    CHECK(gaps_about(machine, "PCI devices").at(0).because.starts_with("more than 512 that matter; 89 are left out"));
}
