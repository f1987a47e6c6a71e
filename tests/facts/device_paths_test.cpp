// SPDX-License-Identifier: Apache-2.0
#include "facts/derive/derive.hpp"
#include "facts/devices.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::machines;

namespace {

DevicePath path(Machine machine, const std::string& a, const std::string& b) {
    detail::derive(machine, Knowledge::embedded());
    const DevicePath* found = machine.find_path(a, b);
    REQUIRE(found);
    return *found;
}

PciDevice& at(Machine& machine, const std::string& address) {
    for (PciDevice& device : machine.pci_devices) {
        if (device.address == address) return device;
    }
    FAIL(address);
    return machine.pci_devices.front();
}

}  // namespace

TEST_CASE("a GPU and an HCA behind two ports of one switch are PIX apart", "[facts]") {
    const DevicePath found = path(four_switches(), "gpu0", "mlx5_0");
    CHECK(found.path == "PIX");
    CHECK(found.nccl_path == NcclPath::pix);
    CHECK(found.nccl_bandwidth_gbytes_per_s == 48);  // Gen5: 240 x 100 Mb/s a lane, 16 lanes
    CHECK(found.because == "common bridge 0000:11:00.0");
}

TEST_CASE("two root complexes of one NUMA node are NODE apart, which NCCL calls PHB", "[facts]") {
    const DevicePath found = path(four_switches(), "gpu0", "mlx5_1");
    CHECK(found.path == "NODE");
    CHECK(found.nccl_path == NcclPath::phb);
}

TEST_CASE("two NUMA nodes are SYS apart, as fast as the CPUs' own link", "[facts]") {
    const DevicePath found = path(four_switches(), "mlx5_3", "gpu0");
    CHECK(found.path == "SYS");
    CHECK(found.nccl_path == NcclPath::sys);
    CHECK(found.nccl_bandwidth_gbytes_per_s == 22);  // Sapphire Rapids
    CHECK(found.because == "NUMA nodes 0 and 1");
}

TEST_CASE("two switches below one root port are PXB apart", "[facts]") {
    Machine machine = four_switches();
    // The second switch hangs from a third port of the first one.
    machine.pci_devices.push_back(pci("0000:12:02.0", "0000:11:00.0", PciKind::bridge, 0));
    at(machine, "0000:21:00.0").parent = "0000:12:02.0";
    const DevicePath found = path(machine, "gpu0", "gpu1");
    CHECK(found.path == "PXB");
    CHECK(found.nccl_path == NcclPath::pxb);
}

TEST_CASE("a sub-switch of a Broadcom Gen4 switch counts as one with it for NCCL", "[facts]") {
    Machine machine = four_switches();
    machine.pci_devices.push_back(pci("0000:12:02.0", "0000:11:00.0", PciKind::bridge, 0));
    at(machine, "0000:21:00.0").parent = "0000:12:02.0";
    for (const char* address : {"0000:11:00.0", "0000:21:00.0"}) {
        PciDevice& bridge = at(machine, address);
        bridge.vendor_id = bridge.subsystem_vendor_id = "0x1000";
        bridge.device_id = "0xc010";
        bridge.subsystem_device_id = "0xa096";
    }
    CHECK(path(machine, "gpu0", "gpu1").nccl_path == NcclPath::pix);
    at(machine, "0000:21:00.0").subsystem_device_id = "0xb096";
    CHECK(path(machine, "gpu0", "gpu1").nccl_path == NcclPath::pxb);
}

TEST_CASE("devices on the bus of one root complex are PHB apart", "[facts]") {
    Machine machine;
    machine.pci_devices = {pci("0000:00:06.0", "pci0000:00", PciKind::gpu),
                           pci("0000:00:07.0", "pci0000:00", PciKind::gpu)};
    machine.gpus = {gpu(0, "0000:00:06.0"), gpu(1, "0000:00:07.0")};
    const DevicePath found = path(machine, "gpu0", "gpu1");
    CHECK(found.path == "PHB");
    CHECK(found.nccl_path == NcclPath::phb);
}

TEST_CASE(
    "without NUMA nodes two root complexes are not known to be NODE or SYS apart, and NCCL takes them for one CPU",
    "[facts]") {
    Machine machine;
    machine.numa_nodes = {{0, "0-7", 1}, {1, "8-15", 1}};
    machine.pci_devices = {pci("0000:00:06.0", "pci0000:00", PciKind::gpu),
                           pci("0000:80:06.0", "pci0000:80", PciKind::gpu)};
    machine.gpus = {gpu(0, "0000:00:06.0"), gpu(1, "0000:80:06.0")};
    const DevicePath found = path(machine, "gpu0", "gpu1");
    CHECK(found.path.empty());
    CHECK(found.nccl_path == NcclPath::phb);
    CHECK(found.because == "the NUMA node of one of them is not known");
    machine.numa_nodes.pop_back();
    CHECK(path(machine, "gpu0", "gpu1").path == "NODE");  // there is one node only
}

TEST_CASE("NVLinks to a switch join every pair", "[facts]") {
    Machine machine = four_switches();
    for (Gpu& one : machine.gpus) add_switched_nvlinks(one, 18);
    machine.gpus[1].nvlinks.back().is_active = false;
    DevicePath found = path(machine, "gpu0", "gpu3");
    CHECK(found.path == "NV18");
    CHECK(found.nccl_path == NcclPath::nvl);
    CHECK(found.nccl_bandwidth_gbytes_per_s == Approx(370.8));  // NCCL's log on two H200: 370.8
    found = path(machine, "gpu0", "gpu1");
    CHECK(found.path == "NV17");
}

TEST_CASE("direct NVLinks join those two GPUs, and others by one between them", "[facts]") {
    Machine machine = four_switches();
    const auto join = [&](std::size_t a, std::size_t b, int count) {
        for (int i = 0; i < count; ++i) {
            machine.gpus[a].nvlinks.push_back({i, true, 5, {}, NvLinkEnd::gpu, machine.gpus[b].pci_address});
            machine.gpus[b].nvlinks.push_back({i, true, 5, {}, NvLinkEnd::gpu, machine.gpus[a].pci_address});
        }
    };
    join(0, 1, 2);
    join(1, 2, 1);
    CHECK(path(machine, "gpu0", "gpu1").path == "NV2");
    const DevicePath between = path(machine, "gpu0", "gpu2");
    CHECK(between.path == "SYS");
    CHECK(between.nccl_path == NcclPath::nvb);
    CHECK(between.nccl_bandwidth_gbytes_per_s == Approx(20.6));
    CHECK(path(machine, "gpu0", "gpu3").nccl_path == NcclPath::sys);
}

TEST_CASE("a path says when peer to peer is refused", "[facts]") {
    Machine machine = four_switches();
    machine.gpus[0].peers = {
        {1, "NODE", PeerAccess::chipset_not_supported, PeerAccess::ok, PeerAccess::not_supported, PeerAccess::ok}};
    CHECK(path(machine, "gpu0", "gpu1").because ==
          "NVML: common ancestor NODE; peer to peer is refused: chipset not supported");
}

TEST_CASE("GPUDirect RDMA needs a way for memory and a short path", "[facts]") {
    Machine machine = four_switches();
    const auto near = [&](std::size_t place) {
        detail::derive(machine, Knowledge::embedded());
        return machine.gpus[0].hcas.at(place);
    };
    CHECK(near(0).hca == "mlx5_0");
    CHECK(near(0).uses_gpudirect == std::nullopt);
    CHECK(near(0).because ==
          "path PIX; whether nvidia_peermem is loaded is not known, whether DMA-BUF works is not known");
    machine.gpudirect.is_peermem_loaded = true;
    CHECK(near(0).uses_gpudirect == true);
    CHECK(near(0).because == "path PIX; nvidia_peermem is loaded");
    CHECK(near(1).hca == "mlx5_1");
    CHECK(near(1).uses_gpudirect == false);
    CHECK(near(1).because == "path PHB is farther than PXB, NCCL's default for NCCL_NET_GDR_LEVEL");
    machine.gpudirect.is_peermem_loaded = false;
    CHECK(near(0).uses_gpudirect == std::nullopt);
    machine.gpudirect.is_kernel_dmabuf_able = true;
    machine.gpudirect.is_driver_open = true;
    machine.hcas[0].is_dmabuf_supported = true;
    CHECK(near(0).uses_gpudirect == true);
    machine.gpudirect.is_driver_open = false;
    CHECK(near(0).uses_gpudirect == false);
    CHECK(near(0).because == "nvidia_peermem is not loaded, DMA-BUF needs the open kernel modules of the driver");
}

TEST_CASE("ports beside GPUs are rails, others serve storage or management", "[facts]") {
    Machine machine = four_switches();
    machine.pci_devices.push_back(pci("0000:f0:00.0", "pci0000:f0", PciKind::network, 1));
    machine.hcas.push_back(hca("mlx5_bond_0", "0000:f0:00.0", 200, LinkLayer::ethernet));
    machine.hcas.push_back(hca("mlx5_9", "0000:f1:00.0", 400));
    machine.hcas.back().ports[0].state = HcaPortState::down;
    detail::derive(machine, Knowledge::embedded());
    for (std::size_t i = 0; i < 4; ++i) CHECK(machine.hcas[i].role == HcaRole::compute);
    CHECK(machine.hcas[0].role_because == "400 Gb/s InfiniBand, beside a GPU");
    CHECK(machine.hcas[4].role == HcaRole::storage_or_management);
    CHECK(machine.hcas[5].role == HcaRole::down);
    machine.hcas[4].ports[0].netdev = "bond0";
    machine.route_entries = {{"default", "bond0.100"}};
    machine.nics.resize(1);
    machine.nics[0].name = "bond0.100";
    machine.nics[0].lower = {"bond0"};
    detail::derive(machine, Knowledge::embedded());
    CHECK(machine.hcas[4].role == HcaRole::management);
    machine.route_entries = {{"default", "eno1"}};
    detail::derive(machine, Knowledge::embedded());
    CHECK(machine.hcas[4].role == HcaRole::storage);
    CHECK(machine.hcas[4].role_because ==
          "200 Gb/s Ethernet, unlike the 4 ports for GPUs; no default route leaves by bond0");
}
