// SPDX-License-Identifier: Apache-2.0
// What public machine descriptions say. Expectations were counted and read off the files by hand (grep, awk).
#include <algorithm>

#include "r1cluster/documents/documents.hpp"
#include "support/catch.hpp"
#include "support/shared_data.hpp"

using namespace r1cluster;

namespace {

const PciDevice& pci(const Machine& machine, const std::string& address) {
    for (const PciDevice& device : machine.pci_devices) {
        if (device.address == address) return device;
    }
    FAIL("no device " << address);
    return machine.pci_devices.front();
}

std::vector<std::string> gpu_addresses(const Machine& machine) {
    std::vector<std::string> addresses;
    for (const Gpu& gpu : machine.gpus) addresses.push_back(gpu.pci_address);
    return addresses;
}

std::vector<int> gpu_nodes(const Machine& machine) {
    std::vector<int> nodes;
    for (const Gpu& gpu : machine.gpus) nodes.push_back(gpu.numa_node.value_or(-1));
    return nodes;
}

auto count_kind(const Machine& machine, PciKind kind) {
    return std::count_if(machine.pci_devices.begin(), machine.pci_devices.end(),
                         [&](const PciDevice& device) { return device.kind == kind; });
}

bool has_gap(const Machine& machine, const std::string& subject) {
    return std::any_of(machine.gaps.begin(), machine.gaps.end(),
                       [&](const Gap& gap) { return gap.subject == subject; });
}

constexpr std::uint64_t mib = 1 << 20;

}  // namespace

TEST_CASE("the NCCL topology of ND v5 has a GPU and an InfiniBand controller under each switch", "[documents]") {
    const std::string text = shared_text("fixtures/nccl-topo/azure-ndv5.xml");
    const Machine machine = parse_document("nccl_topology", text, "ndv5.xml");
    CHECK(gpu_addresses(machine) == std::vector<std::string>{"0001:00:00.0", "0002:00:00.0", "0003:00:00.0",
                                                             "0008:00:00.0", "0009:00:00.0", "000a:00:00.0",
                                                             "000b:00:00.0", "000c:00:00.0"});
    CHECK(gpu_nodes(machine) == std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1});
    REQUIRE(machine.numa_nodes.size() == 2);
    CHECK(machine.numa_nodes[0].cpus == "0-47");
    CHECK(machine.numa_nodes[1].cpus == "48-95");
    CHECK(machine.cpu.vendor == "GenuineIntel");
    CHECK(machine.cpu.family_id == 6);
    CHECK(machine.cpu.model_id == 143);
    CHECK(machine.pci_devices.size() == 24);
    CHECK(pci(machine, "000a:00:00.0").parent == "ffff:ff:06.0");
    CHECK(pci(machine, "0106:00:00.0").parent == "ffff:ff:06.0");
    CHECK(pci(machine, "0106:00:00.0").kind == PciKind::network);
    CHECK(pci(machine, "ffff:ff:06.0").parent == "numa1");
    CHECK(pci(machine, "000a:00:00.0").link == PciLink{{}, {}, 32.0, 16});
    CHECK(machine.hcas.empty());
    CHECK(has_gap(machine, "NVLinks"));
    CHECK(has_gap(machine, "network"));
    CHECK(machine.sources == std::vector<std::string>{"NCCL topology"});
}

TEST_CASE("the NCCL topology of ND v4 is ordered by address, not by its text", "[documents]") {
    const std::string text = shared_text("fixtures/nccl-topo/azure-ndv4.xml");
    const Machine machine = parse_document("nccl_topology", text, "ndv4.xml");
    CHECK(gpu_addresses(machine) == std::vector<std::string>{"0001:00:00.0", "0002:00:00.0", "0003:00:00.0",
                                                             "0004:00:00.0", "000b:00:00.0", "000c:00:00.0",
                                                             "000d:00:00.0", "000e:00:00.0"});
    CHECK(gpu_nodes(machine) == std::vector<int>{1, 1, 0, 0, 3, 3, 2, 2});
    REQUIRE(machine.numa_nodes.size() == 4);
    CHECK(machine.numa_nodes[2].cpus == "48-71");
    CHECK(pci(machine, "0105:00:00.0").parent == "ffff:ff:04.0");
    CHECK(pci(machine, "0105:00:00.0").link.max_speed_gts == 16.0);
    CHECK(has_gap(machine, "GPU indices"));
}

TEST_CASE("the NCCL topology of p4d has two GPUs beside each EFA controller", "[documents]") {
    const std::string text = shared_text("fixtures/nccl-topo/aws-p4d.xml");
    const Machine machine = parse_document("nccl_topology", text, "p4d.xml");
    CHECK(gpu_addresses(machine) == std::vector<std::string>{"0000:10:1c.0", "0000:10:1d.0", "0000:20:1c.0",
                                                             "0000:20:1d.0", "0000:90:1c.0", "0000:90:1d.0",
                                                             "0000:a0:1c.0", "0000:a0:1d.0"});
    CHECK(machine.numa_nodes.at(0).cpus == "0-23,48-71");
    CHECK(machine.numa_nodes.at(1).cpus == "24-47,72-95");
    CHECK(pci(machine, "0000:90:1b.0").parent == pci(machine, "0000:90:1d.0").parent);
    CHECK(pci(machine, "0000:90:1b.0").vendor_id == "0x1d0f");
    CHECK(pci(machine, "0000:10:1c.0").device_id == "0x20b0");
    CHECK(pci(machine, "0000:10:1c.0").link.max_speed_gts == 8.0);
    CHECK(count_kind(machine, PciKind::pcie_switch) == 4);
}

TEST_CASE("what NCCL wrote of two H200 in a virtual machine", "[documents]") {
    const std::string text = shared_text("recordings/h200-2gpu-vm/nccl/nccl-topo.xml");
    const Machine machine = parse_document("nccl_topology", text, "nccl-topo.xml");
    CHECK(gpu_addresses(machine) == std::vector<std::string>{"0000:00:06.0", "0000:00:07.0"});
    CHECK(machine.gpus[1].compute_capability == "9.0");
    CHECK(machine.gpus[1].numa_node == std::nullopt);
    CHECK(machine.numa_nodes.empty());
    CHECK(active_nvlinks(machine.gpus[0]) == 18);
    CHECK(machine.gpus[0].nvlinks[17] == NvLink{17, true, {}, {}, NvLinkEnd::nvswitch, "", {}});
    CHECK(pci(machine, "0000:00:06.0").link == PciLink{{}, {}, 32.0, {}});
    CHECK(pci(machine, "0000:00:06.0").parent == "");
    CHECK(pci(machine, "0000:00:06.0").subsystem_device_id == "0x18bf");
    CHECK(machine.cpu.model_id == 207);
    REQUIRE(machine.nics.size() == 1);
    CHECK(machine.nics[0].name == "eth0");
    CHECK(machine.nics[0].speed_mbps == std::nullopt);  // 10000 is what NCCL assumes
    CHECK(has_gap(machine, "speed of eth0"));
    CHECK(machine.hcas.empty());
    CHECK_FALSE(has_gap(machine, "GPU indices"));
}

TEST_CASE("in an NCCL topology, what holds devices and is neither GPU nor NIC is a switch, whatever its class",
          "[documents]") {
    const Machine machine = parse_document("nccl_topology", R"(<system version="1"><cpu numaid="0">
        <pci busid="0000:01:00.0"><pci busid="0000:02:00.0" class="0x070400"><pci busid="0000:03:00.0"><gpu/></pci></pci></pci>
        <pci busid="0000:05:00.0" class="0x030200"><pci busid="0000:06:00.0" class="0x020700"/></pci>
    </cpu></system>)",
                                           "made.xml");
    CHECK(pci(machine, "0000:01:00.0").kind == PciKind::pcie_switch);
    CHECK(pci(machine, "0000:02:00.0").kind == PciKind::pcie_switch);
    CHECK(pci(machine, "0000:03:00.0").kind == PciKind::gpu);
    CHECK(machine.pci_devices.size() == 4);
    CHECK(has_gap(machine, "devices below 0000:05:00.0"));
}

TEST_CASE("the hwloc topology of p5 has eight H100, 32 EFA devices and no name mlx5", "[documents]") {
    const std::string text = shared_text("fixtures/hwloc/aws-p5.48xl.xml");
    const Machine machine = parse_document("hwloc", text, "p5.xml");
    CHECK(gpu_addresses(machine) == std::vector<std::string>{"0000:53:00.0", "0000:64:00.0", "0000:75:00.0",
                                                             "0000:86:00.0", "0000:97:00.0", "0000:a8:00.0",
                                                             "0000:b9:00.0", "0000:ca:00.0"});
    CHECK(gpu_nodes(machine) == std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1});
    CHECK(machine.gpus[7].name == "NVIDIA H100 80GB HBM3");
    CHECK(machine.gpus[7].memory_bytes == 83024896ULL * 1024);
    CHECK(machine.cpu.sockets == 2);
    CHECK(machine.cpu.cores == std::nullopt);
    CHECK(has_gap(machine, "CPU cores"));
    REQUIRE(machine.numa_nodes.size() == 2);
    CHECK(machine.numa_nodes[0] == NumaNode{0, "0-47", 1073702535168, {}});
    CHECK(machine.numa_nodes[1] == NumaNode{1, "48-95", 1073722691584, {}});
    CHECK(machine.memory_bytes == 1073702535168 + 1073722691584);
    REQUIRE(machine.hcas.size() == 32);
    const auto efa =
        std::find_if(machine.hcas.begin(), machine.hcas.end(), [](const Hca& hca) { return hca.name == "rdmap201s0"; });
    REQUIRE(efa != machine.hcas.end());
    CHECK(efa->pci_address == "0000:c9:00.0");
    CHECK(efa->numa_node == 1);
    CHECK(efa->ports.empty());
    CHECK(machine.nics.size() == 32);
    CHECK(machine.pci_devices.size() == 177);
    CHECK(count_kind(machine, PciKind::nvme) == 9);
    CHECK(pci(machine, "0000:53:00.0").parent == "0000:46:01.4");
    CHECK(pci(machine, "0000:46:01.4").parent == "0000:45:00.0");
    CHECK(pci(machine, "0000:45:00.0").parent == "0000:44:00.0");
    CHECK(pci(machine, "0000:44:00.0").parent == "pci0000:44");
    CHECK(pci(machine, "0000:4f:00.0").parent == "0000:46:01.0");
    CHECK(pci(machine, "0000:53:00.0").link == PciLink{});
    CHECK(pci(machine, "0000:53:00.0").subsystem_device_id == "0x16c1");
}

TEST_CASE("nvidia-smi of a T4 with driver 515", "[documents]") {
    const std::string text = shared_text("fixtures/nvidia-smi/tesla-t4.xml");
    const Machine machine = parse_document("nvidia_smi", text, "t4.xml");
    CHECK(machine.gpu_driver_version == "515.105.01");
    CHECK(machine.cuda_driver_version == "11.7");
    REQUIRE(machine.gpus.size() == 1);
    const Gpu& gpu = machine.gpus[0];
    CHECK(gpu.name == "Tesla T4");
    CHECK(gpu.pci_address == "0000:00:1e.0");
    CHECK(gpu.uuid == "GPU-d37e67a5-91dd-3774-a5cb-99096249601a");
    CHECK(gpu.memory_bytes == 15360 * mib);
    CHECK(gpu.memory_used_bytes == 1032 * mib);
    CHECK(gpu.memory_reserved_bytes == 388 * mib);
    CHECK(gpu.memory_free_bytes == 13939 * mib);
    CHECK(gpu.bar1_bytes == 256 * mib);
    CHECK(gpu.is_mig_enabled == false);
    CHECK(gpu.is_persistent == false);
    CHECK(gpu.is_ecc_enabled == true);
    CHECK(gpu.ecc_corrected == 0);
    CHECK(gpu.remapped_rows_corrected == std::nullopt);
    CHECK(gpu.virtualization == "pass-through");
    CHECK(gpu.compute_mode == "default");
    CHECK(gpu.power_w == 26.78);
    CHECK(gpu.power_limit_w == 70.0);
    CHECK(gpu.temperature_c == 40);
    CHECK(gpu.sm_clock_mhz == 585);
    CHECK(gpu.sm_clock_max_mhz == 1590);
    CHECK(gpu.memory_clock_max_mhz == 5001);
    CHECK(gpu.link == PciLink{8.0, 8, 8.0, 16});
    CHECK(gpu.throttle_reasons.empty());
    CHECK(gpu.processes ==
          std::vector<GpuProcess>{{675, "/usr/lib/xorg/Xorg", 22 * mib}, {5762, "python", 1005 * mib}});
    CHECK_FALSE(gpu.fabric.has_value());
    CHECK(pci(machine, "0000:00:1e.0").device_id == "0x1eb8");
    CHECK(pci(machine, "0000:00:1e.0").vendor_id == "0x10de");
}

TEST_CASE("nvidia-smi of an A10G, whose driver loses digits of the PCI device", "[documents]") {
    const std::string text = shared_text("fixtures/nvidia-smi/a10g.xml");
    const Machine machine = parse_document("nvidia_smi", text, "a10g.xml");
    const Gpu& gpu = machine.gpus.at(0);
    CHECK(gpu.name == "NVIDIA A10G");
    CHECK(gpu.memory_bytes == 23028 * mib);
    CHECK(gpu.link == PciLink{2.5, 8, 16.0, 16});
    CHECK(gpu.throttle_reasons == std::vector<std::string>{"idle"});
    CHECK(gpu.remapped_rows_uncorrected == 0);
    CHECK(gpu.is_remap_pending == false);
    CHECK(gpu.power_limit_default_w == 300.0);
    CHECK(pci(machine, "0000:00:1e.0").vendor_id == "");
    CHECK(has_gap(machine, "PCI numbers of 0000:00:1e.0"));
}

TEST_CASE("nvidia-smi of two H200 with driver 580, behind the line of a shell", "[documents]") {
    const std::string text = shared_text("recordings/h200-2gpu-vm/nvidia-smi/nvidia-smi-q.xml");
    const Machine machine = parse_document("nvidia_smi", text, "q.xml");
    CHECK(machine.cuda_driver_version == "13.0");
    REQUIRE(machine.gpus.size() == 2);
    const Gpu& gpu = machine.gpus[1];
    CHECK(gpu.nvml_index == 1);
    CHECK(gpu.pci_address == "0000:00:07.0");
    CHECK(gpu.serial == "1650000000002");
    CHECK(gpu.minor_number == 1);
    CHECK(gpu.vbios_version == "96.00.A5.00.1A");
    CHECK(gpu.firmware_version == "580.159.04");
    CHECK(gpu.memory_bytes == 143771 * mib);
    CHECK(gpu.memory_used_bytes == 0);
    CHECK(gpu.bar1_bytes == 262144 * mib);
    CHECK(gpu.is_mig_enabled == false);
    CHECK(gpu.is_mig_pending == false);
    CHECK(gpu.mig_devices.empty());
    CHECK(gpu.ecc_uncorrected == 0);
    CHECK(gpu.power_w == 127.09);
    CHECK(gpu.power_limit_w == 700.0);
    CHECK(gpu.memory_clock_mhz == 3201);
    CHECK(gpu.throttle_reasons == std::vector<std::string>{"idle"});
    CHECK(gpu.link == PciLink{32.0, 16, 32.0, 16});
    REQUIRE(gpu.fabric.has_value());
    CHECK(*gpu.fabric == GpuFabric{FabricState::completed, "success", "", 0, {}});
    CHECK(gpu.processes.empty());
    CHECK(pci(machine, "0000:00:07.0").class_code == "0x030200");
}

TEST_CASE("lspci of eight H100, each beside one ConnectX-7 under a switch", "[documents]") {
    const std::string text = shared_text("fixtures/pci/lspci-vvv-h100-gpud.txt");
    const Machine machine = parse_document("lspci", text, "lspci.txt");
    CHECK(gpu_addresses(machine) == std::vector<std::string>{"0000:19:00.0", "0000:3b:00.0", "0000:4c:00.0",
                                                             "0000:5d:00.0", "0000:9b:00.0", "0000:bb:00.0",
                                                             "0000:cb:00.0", "0000:db:00.0"});
    CHECK(gpu_nodes(machine) == std::vector<int>{0, 0, 0, 0, 1, 1, 1, 1});
    CHECK(machine.pci_devices.size() == 83);
    CHECK(count_kind(machine, PciKind::bridge) == 49);
    CHECK(count_kind(machine, PciKind::nvswitch) == 4);
    CHECK(count_kind(machine, PciKind::nvme) == 8);
    CHECK(count_kind(machine, PciKind::network) == 14);
    for (const auto& [gpu, hca] : std::vector<std::pair<std::string, std::string>>{{"19", "1a"},
                                                                                   {"3b", "3c"},
                                                                                   {"4c", "4d"},
                                                                                   {"5d", "5e"},
                                                                                   {"9b", "9c"},
                                                                                   {"bb", "bc"},
                                                                                   {"cb", "cc"},
                                                                                   {"db", "dc"}}) {
        const std::string port_of_gpu = pci(machine, "0000:" + gpu + ":00.0").parent;
        const std::string port_of_hca = pci(machine, "0000:" + hca + ":00.0").parent;
        CHECK(port_of_gpu != port_of_hca);
        CHECK(pci(machine, port_of_gpu).parent == pci(machine, port_of_hca).parent);
    }
    CHECK(pci(machine, "0000:19:00.0").parent == "0000:17:01.0");
    CHECK(pci(machine, "0000:17:01.0").parent == "0000:16:00.0");
    CHECK(pci(machine, "0000:16:00.0").parent == "0000:15:01.0");
    CHECK(pci(machine, "0000:15:01.0").parent == "pci0000:15");
    CHECK(pci(machine, "0000:19:00.0").link == PciLink{32.0, 16, 32.0, 16});
    CHECK(pci(machine, "0000:01:00.0").link == PciLink{5.0, 1, 5.0, 2});
    CHECK(pci(machine, "0000:1a:00.0").driver == "mlx5_core");
    CHECK(pci(machine, "0000:1a:00.0").class_code == "0x020000");
    CHECK(pci(machine, "0000:1a:00.0").virtual_functions == 0);
    CHECK(pci(machine, "0000:83:00.0").virtual_functions == std::nullopt);
    CHECK(pci(machine, "0000:18:00.0").class_code == "0x010802");
    CHECK(pci(machine, "0000:82:03.0").is_acs_redirecting == true);
    CHECK(pci(machine, "0000:17:01.0").is_acs_redirecting == false);
    CHECK(pci(machine, "0000:19:00.0").is_acs_redirecting == std::nullopt);
    CHECK(has_gap(machine, "GPU indices"));
}

TEST_CASE("the matrix of two H200 over NVLink", "[documents]") {
    const std::string text = shared_text("recordings/h200-2gpu-vm/nvidia-smi/topo-m.txt");
    const Machine machine = parse_document("topo_matrix", text, "topo-m.txt");
    REQUIRE(machine.gpus.size() == 2);
    CHECK(machine.gpus[0].cpu_affinity == "0-31");
    CHECK(machine.gpus[0].numa_node == 0);
    CHECK(machine.device_paths ==
          std::vector<DevicePath>{{"gpu0", "gpu1", "NV18", NcclPath::unknown, {}, "nvidia-smi topo -m"}});
    CHECK(has_gap(machine, "HCAs"));
}
