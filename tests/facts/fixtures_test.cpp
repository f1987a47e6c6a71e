// SPDX-License-Identifier: Apache-2.0
// Public descriptions of real machines, and what they mean: read from the files by eye, with grep and awk.
// The files are not part of this project; where they are absent the cases are skipped.
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/host/read/read.hpp"
#include "support/catch.hpp"
#include "support/shared_data.hpp"

using namespace r1cluster;

namespace {

Machine machine_of(const std::string& file) { return interpret(load_recording(shared_path(file))).machines.at(0); }

std::string path(const Machine& machine, const std::string& a, const std::string& b) {
    const DevicePath* found = machine.find_path(a, b);
    return found ? std::string(to_text(found->nccl_path)) : "no such pair";
}

constexpr std::uint64_t mib = 1ULL << 20U;

}  // namespace

TEST_CASE("Azure ND H100 v5: each GPU shares a switch with one InfiniBand port", "[facts]") {
    const Machine machine = machine_of("fixtures/nccl-topo/azure-ndv5.xml");
    REQUIRE(machine.gpus.size() == 8);
    const std::vector<std::string> gpus{"0001", "0002", "0003", "0008", "0009", "000a", "000b", "000c"};
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(machine.gpus[i].pci_address == gpus[i] + ":00:00.0");
        CHECK(machine.gpus[i].numa_node == (i < 4 ? 0 : 1));
        for (std::size_t j = 0; j < 8; ++j) {
            const std::string port = "010" + std::to_string(j + 1) + ":00:00.0";
            const bool is_one_socket = (i < 4) == (j < 4);
            CHECK(path(machine, "gpu" + std::to_string(i), port) == (i == j ? "PIX" : is_one_socket ? "PHB" : "SYS"));
        }
    }
    CHECK(machine.cpu.vendor == "GenuineIntel");
    CHECK(machine.cpu.model_id == 143);
    REQUIRE(machine.numa_nodes.size() == 2);
    CHECK(machine.numa_nodes[0].cpus == "0-47");
    CHECK(machine.numa_nodes[1].cpus == "48-95");
    CHECK_FALSE(machine.gaps.empty());
}

TEST_CASE("Azure ND A100 v4: two GPUs and two ports to each switch, four NUMA nodes", "[facts]") {
    const Machine machine = machine_of("fixtures/nccl-topo/azure-ndv4.xml");
    REQUIRE(machine.gpus.size() == 8);
    REQUIRE(machine.numa_nodes.size() == 4);
    CHECK(path(machine, "gpu0", "gpu1") == "PIX");
    CHECK(path(machine, "gpu0", "gpu2") == "SYS");
    // gpu0 is 0001:00:00.0, on node 1, which has the ports 0101 and 0102.
    CHECK(machine.gpus[0].numa_node == 1);
    CHECK(path(machine, "gpu0", "0102:00:00.0") == "PIX");
    CHECK(path(machine, "gpu0", "0104:00:00.0") == "SYS");
    CHECK(machine.find_path("gpu0", "gpu2")->nccl_bandwidth_gbytes_per_s == 16);  // between AMD sockets
    CHECK(machine.find_path("gpu0", "gpu1")->nccl_bandwidth_gbytes_per_s == 24);  // Gen4 x16
}

TEST_CASE("AWS p4d: two GPUs and one EFA device to each switch, two switches to each socket", "[facts]") {
    const Machine machine = machine_of("fixtures/nccl-topo/aws-p4d.xml");
    REQUIRE(machine.gpus.size() == 8);
    CHECK(machine.gpus[2].pci_address == "0000:20:1c.0");
    CHECK(machine.gpus[2].compute_capability == "8.0");  // 10de:20b0
    CHECK(path(machine, "gpu0", "gpu1") == "PIX");
    CHECK(path(machine, "gpu1", "0000:10:1b.0") == "PIX");
    CHECK(path(machine, "gpu0", "gpu2") == "PHB");
    CHECK(path(machine, "gpu0", "gpu4") == "SYS");
    CHECK(machine.find_path("gpu0", "gpu1")->nccl_bandwidth_gbytes_per_s == 12);  // "8 GT/s" x16
    CHECK(machine.find_path("gpu0", "gpu4")->nccl_bandwidth_gbytes_per_s == 10);  // Skylake: family 6, model 85
}

TEST_CASE("our own virtual machine, by NCCL's own dump: 18 NVLinks each to a switch that is hidden", "[facts]") {
    const Machine machine = machine_of("recordings/h200-2gpu-vm/nccl/nccl-topo.xml");
    REQUIRE(machine.gpus.size() == 2);
    CHECK(machine.gpus[1].pci_address == "0000:00:07.0");
    CHECK(machine.gpus[1].compute_capability == "9.0");
    CHECK(machine.gpus[1].numa_node == std::nullopt);
    CHECK(active_nvlinks(machine.gpus[1]) == 18);
    const DevicePath* found = machine.find_path("gpu0", "gpu1");
    REQUIRE(found);
    CHECK(found->path == "NV18");
    CHECK(found->nccl_bandwidth_gbytes_per_s == Approx(370.8));  // its log: GPU/0-70 (2/370.8/NVL)
}

TEST_CASE("a Dell XE9680 by lspci: each H100 shares a PEX890xx switch with one ConnectX-7", "[facts]") {
    const Machine machine = machine_of("fixtures/pci/lspci-vvv-h100-gpud.txt");
    const std::vector<std::string> gpus{"19", "3b", "4c", "5d", "9b", "bb", "cb", "db"};
    const std::vector<std::string> ports{"1a", "3c", "4d", "5e", "9c", "bc", "cc", "dc"};
    REQUIRE(machine.gpus.size() == 8);
    for (std::size_t i = 0; i < 8; ++i) {
        const Gpu& gpu = machine.gpus[i];
        CHECK(gpu.pci_address == "0000:" + gpus[i] + ":00.0");
        CHECK(gpu.numa_node == (i < 4 ? 0 : 1));
        CHECK(gpu.name == "H100 SXM5 80GB (by its PCI id)");  // "NVIDIA Corporation Device 2330"
        REQUIRE_FALSE(gpu.hcas.empty());
        CHECK(gpu.hcas[0].hca == "0000:" + ports[i] + ":00.0");
        CHECK(gpu.hcas[0].path == "PIX");
        for (std::size_t j = 0; j < 8; ++j) {
            if (j == i) continue;
            const DevicePath* found = machine.find_path("gpu" + std::to_string(i), "0000:" + ports[j] + ":00.0");
            REQUIRE(found);
            CHECK(found->path == ((i < 4) == (j < 4) ? "NODE" : "SYS"));
        }
    }
    // Beside gpu0 and gpu4 there is a ConnectX-6 Dx of two ports too, and NVMe beside each GPU.
    CHECK(machine.gpus[0].hcas[1].hca == "0000:1b:00.0");
    CHECK(machine.gpus[4].hcas[1].hca == "0000:9d:00.0");
    int nvswitches = 0, disks = 0;
    for (const PciDevice& device : machine.pci_devices) {
        nvswitches += device.kind == PciKind::nvswitch ? 1 : 0;
        disks += device.kind == PciKind::nvme ? 1 : 0;
        if (device.address == "0000:01:00.0") {
            CHECK(device.link == PciLink{5, 1, 5, 2});
            CHECK(device.driver == "tg3");
        }
        if (device.address == "0000:19:00.0") CHECK(device.parent == "0000:17:01.0");
    }
    CHECK(nvswitches == 4);
    CHECK(disks == 8);
}

TEST_CASE("eight NDR ports are rails, and the bonded Ethernet port is none", "[facts]") {
    const Machine machine = machine_of("fixtures/infiniband-h100-gpud");
    REQUIRE(machine.hcas.size() == 9);
    for (const Hca& hca : machine.hcas) {
        INFO(hca.name);
        REQUIRE(hca.ports.size() == 1);
        CHECK(hca.ports[0].state == HcaPortState::active);
        if (hca.name == "mlx5_bond_0") {
            CHECK(hca.role == HcaRole::storage_or_management);
            CHECK(hca.ports[0].link_layer == LinkLayer::ethernet);
            CHECK(hca.ports[0].rate_gbps == 200);
            CHECK(hca.model == "MT41692");
        } else {
            CHECK(hca.role == HcaRole::compute);
            CHECK(hca.ports[0].link_layer == LinkLayer::infiniband);
            CHECK(hca.ports[0].rate_gbps == 400);
            CHECK(hca.ports[0].rate_text == "400 Gb/sec (4X NDR)");
            CHECK(hca.firmware_version == "28.41.1000");
        }
    }
}

TEST_CASE("AWS p5 by hwloc: each GPU shares a switch with four EFA devices and four network ports", "[facts]") {
    const Machine machine = machine_of("fixtures/hwloc/aws-p5.48xl.xml");
    REQUIRE(machine.gpus.size() == 8);
    REQUIRE(machine.hcas.size() == 32);
    CHECK(machine.gpus[0].pci_address == "0000:53:00.0");
    CHECK(machine.gpus[7].pci_address == "0000:ca:00.0");
    CHECK(machine.gpus[3].numa_node == 0);
    CHECK(machine.gpus[4].numa_node == 1);
    REQUIRE(machine.gpus[0].hcas.size() == 32);
    const std::vector<std::string> beside_first{"rdmap79s0", "rdmap80s0", "rdmap81s0", "rdmap82s0"};
    std::vector<std::string> nearest;
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(machine.gpus[0].hcas[i].path == "PIX");
        CHECK(machine.gpus[0].hcas[i].uses_gpudirect == std::nullopt);
        nearest.push_back(machine.gpus[0].hcas[i].hca);
    }
    std::sort(nearest.begin(), nearest.end());
    CHECK(nearest == beside_first);
    CHECK(machine.find_path("gpu0", "rdmap96s0")->path == "NODE");
    CHECK(machine.find_path("gpu0", "rdmap198s0")->path == "SYS");
    REQUIRE(machine.numa_nodes.size() == 2);
    CHECK(machine.numa_nodes[0].memory_bytes == 1073702535168);
    CHECK(machine.numa_nodes[0].cpus == "0-47");
}

TEST_CASE("a T4 by nvidia-smi", "[facts]") {
    const Machine machine = machine_of("fixtures/nvidia-smi/tesla-t4.xml");
    REQUIRE(machine.gpus.size() == 1);
    const Gpu& gpu = machine.gpus[0];
    CHECK(machine.gpu_driver_version == "515.105.01");
    CHECK(machine.cuda_driver_version == "11.7");
    CHECK(gpu.name == "Tesla T4");
    CHECK(gpu.pci_address == "0000:00:1e.0");
    CHECK(gpu.memory_bytes == 15360 * mib);
    CHECK(gpu.memory_reserved_bytes == 388 * mib);
    CHECK(gpu.memory_used_bytes == 1032 * mib);
    CHECK(gpu.link == PciLink{8, 8, 8, 16});
    CHECK(gpu.is_mig_enabled == false);
    CHECK(gpu.is_ecc_enabled == true);
    CHECK(gpu.is_persistent == false);
    CHECK(gpu.compute_mode == "default");
    CHECK(gpu.virtualization == "pass-through");
    CHECK(gpu.remapped_rows_corrected == std::nullopt);
    REQUIRE(gpu.processes.size() == 2);
    CHECK(gpu.processes[1] == GpuProcess{5762, "python", 1005 * mib});
}

TEST_CASE("an A10G by nvidia-smi", "[facts]") {
    const Machine machine = machine_of("fixtures/nvidia-smi/a10g.xml");
    const Gpu& gpu = machine.gpus.at(0);
    CHECK(gpu.name == "NVIDIA A10G");
    CHECK(gpu.memory_bytes == 23028 * mib);
    CHECK(gpu.bar1_bytes == 32768 * mib);
    CHECK(gpu.link == PciLink{2.5, 8, 16, 16});
    CHECK(gpu.remapped_rows_corrected == 0);
    CHECK(gpu.is_remap_pending == false);
    CHECK(gpu.throttle_reasons == std::vector<std::string>{"idle"});
    CHECK(gpu.sm_clock_max_mhz == 1710);
}

TEST_CASE("our own virtual machine by nvidia-smi -q -x", "[facts]") {
    const Machine machine = machine_of("recordings/h200-2gpu-vm/nvidia-smi/nvidia-smi-q.xml");
    REQUIRE(machine.gpus.size() == 2);
    CHECK(machine.gpu_driver_version == "580.159.04");
    CHECK(machine.gpus[0].name == "NVIDIA H200");
    CHECK(machine.gpus[0].memory_bytes == 143771 * mib);
    CHECK(machine.gpus[0].pci_address == "0000:00:06.0");
    REQUIRE(machine.gpus[0].fabric);
    CHECK(machine.gpus[0].fabric->state == FabricState::completed);
    CHECK(machine.gpus[0].fabric->status == "success");
}

TEST_CASE("our own virtual machine by nvidia-smi topo -m", "[facts]") {
    const Machine machine = machine_of("recordings/h200-2gpu-vm/nvidia-smi/topo-m.txt");
    const DevicePath* found = machine.find_path("gpu0", "gpu1");
    REQUIRE(found);
    CHECK(found->path == "NV18");
    CHECK(found->nccl_path == NcclPath::nvl);
}
