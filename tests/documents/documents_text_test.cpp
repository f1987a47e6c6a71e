// SPDX-License-Identifier: Apache-2.0
// Documents of our own writing, for what the public ones do not show: other options, other hardware, what is wrong.
#include <algorithm>

#include "documents/values.hpp"
#include "r1cluster/documents/documents.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

namespace {

std::string refusal(const std::string& kind, const std::string& text) {
    return error_of([&] { parse_document(kind, text, "file"); });
}

std::string nccl(const std::string& inside) {
    return "<system version=\"1\"><cpu numaid=\"0\">" + inside + "</cpu></system>";
}

std::string smi(const std::string& inside) {
    return "<nvidia_smi_log>\n<gpu id=\"00000000:18:00.0\">\n" + inside + "</gpu></nvidia_smi_log>";
}

constexpr auto matrix_with_nics =
    "\t\x1b[4mGPU0\tGPU1\tNIC0\tNIC1\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\x1b[0m\n"
    "GPU0\t X \tNV12\tPIX\tSYS\t0-31,64-95\t0\t\tN/A\n"
    "GPU1\tNV12\t X \tSYS\tPXB\t32-63\t1\t\tN/A\n"
    "NIC0\tPIX\tSYS\t X \tSYS\t\t\t\t\n"
    "NIC1\tSYS\tPXB\tSYS\t X \t\t\t\t\n"
    "\nLegend:\n\n  X    = Self\n\nNIC Legend:\n\n  NIC0: mlx5_2\n  NIC1: mlx5_10\n\n";

}  // namespace

TEST_CASE("PCI addresses of every tool come out as sysfs writes them", "[documents]") {
    CHECK(detail::pci_address_of("18:00.0") == "0000:18:00.0");
    CHECK(detail::pci_address_of("00000000:18:00.0") == "0000:18:00.0");
    CHECK(detail::pci_address_of("00010000:1E:1F.7") == "10000:1e:1f.7");
    for (const char* wrong : {"", "18:00", "18:00.8", "0:18:00.0", "000000000:18:00.0", "0000:118:00.0", "18:00.0 "}) {
        CHECK(detail::pci_address_of(wrong) == std::nullopt);
    }
}

TEST_CASE("masks of CPUs become lists and come back", "[documents]") {
    CHECK(detail::cpu_list_of_mask("00000000,0000ffff,ffffffff") == "0-47");
    CHECK(detail::cpu_list_of_mask("0x80000001,,0x5") == "0,2,64,95");
    CHECK(detail::cpu_list_of_mask("0") == "");
    CHECK(detail::cpu_list_of_mask("00000000g") == std::nullopt);
    CHECK(detail::cpu_list_of_mask("123456789") == std::nullopt);
    CHECK(detail::mask_of_cpu_list("0,2,64,95") == "80000001,00000000,00000005");
    CHECK(detail::mask_of_cpu_list("5-3") == std::nullopt);
    CHECK(detail::mask_of_cpu_list("0-99999") == std::nullopt);
}

TEST_CASE("a verbs device in an NCCL topology is an HCA with the rate and link layer of its port", "[documents]") {
    const Machine machine = parse_document(
        "nccl_topology",
        nccl("<pci busid=\"0000:1A:00.0\" class=\"0x020700\"><nic><net name=\"ibp26s0\" speed=\"400000\"/></nic></pci>"
             "<pci busid=\"0000:1b:00.0\" class=\"0x020000\"><nic><net name=\"mlx5_1\" speed=\"200000\" port=\"1\"/>"
             "</nic></pci>"
             "<pci busid=\"0000:1c:00.0\" class=\"0x020000\"><nic><net name=\"ens1\" speed=\"25000\" port=\"0\"/></nic>"
             "</pci>"),
        "file");
    REQUIRE(machine.hcas.size() == 2);
    CHECK(machine.hcas[0].name == "ibp26s0");
    CHECK(machine.hcas[0].pci_address == "0000:1a:00.0");
    CHECK(machine.hcas[0].ports.at(0).link_layer == LinkLayer::infiniband);
    CHECK(machine.hcas[0].ports.at(0).rate_gbps == 400.0);
    CHECK(machine.hcas[0].ports.at(0).state == HcaPortState::unknown);
    CHECK(machine.hcas[1].ports.at(0).link_layer == LinkLayer::ethernet);
    REQUIRE(machine.nics.size() == 1);
    CHECK(machine.nics[0].speed_mbps == 25000);
    CHECK(machine.nics[0].numa_node == 0);
}

TEST_CASE("NVLinks of an NCCL topology lead where their class says", "[documents]") {
    const Machine machine =
        parse_document("nccl_topology",
                       nccl("<pci busid=\"0000:18:00.0\" class=\"0x030200\"><gpu dev=\"0\" sm=\"80\">"
                            "<nvlink target=\"0000:19:00.0\" count=\"2\" tclass=\"0x030200\"/>"
                            "<nvlink target=\"0000:85:00.0\" count=\"1\" tclass=\"0x068000\"/>"
                            "<nvlink target=\"0004:04:01.0\" count=\"1\" tclass=\"0x068001\"/></gpu></pci>"),
                       "file");
    const std::vector<NvLink>& links = machine.gpus.at(0).nvlinks;
    REQUIRE(links.size() == 4);
    CHECK(links[1] == NvLink{1, true, {}, {}, NvLinkEnd::gpu, "0000:19:00.0", {}});
    CHECK(links[2] == NvLink{2, true, {}, {}, NvLinkEnd::nvswitch, "0000:85:00.0", {}});
    CHECK(links[3] == NvLink{3, true, {}, {}, NvLinkEnd::cpu, "0004:04:01.0", {}});
    CHECK(machine.gpus[0].compute_capability == "8.0");
}

TEST_CASE("an NCCL topology that would mislead is refused with its place", "[documents]") {
    CHECK(refusal("nccl_topology", "$ cat x\n<system version=\"1\">\n  <cpu numaid=\"0\">\n</system>") ==
          "file:4:3: not XML: Start-end tags mismatch");
    CHECK(refusal("nccl_topology", "\n <topology/>") == "file:2:2: the root is <topology>; expected <system>");
    CHECK(refusal("nccl_topology", "no XML").starts_with("file:1:7: not XML: "));
    CHECK(refusal("nccl_topology", "<system version=\"2\"/>") == "file:1:1: version \"2\" of <system>; expected \"1\"");
    CHECK(refusal("nccl_topology", nccl("\n<pci busid=\"0000:18:00.0\"/>\n <pci busid=\"0000:18:00.0\"/>")) ==
          "file:3:2: the device 0000:18:00.0 occurs twice");
    CHECK(refusal("nccl_topology", nccl("<pci busid=\"0000:18:00.0\" link_speed=\"32 Gb/s\"/>")) ==
          "file:1:37: link_speed \"32 Gb/s\": expected one such as \"32.0 GT/s PCIe\"");
    CHECK(refusal("nccl_topology", nccl("<pci busid=\"0000:18:00.0\" class=\"0x0302\"><gpu dev=\"0\">"
                                        "<nvlink target=\"0000:19:00.0\" count=\"65\"/></gpu></pci>")) ==
          "file:1:91: count of <nvlink>: expected 1 to 64 for one GPU");
    std::string deep;
    for (int i = 0; i < 70; ++i) deep += "<pci busid=\"0000:00:00.0\">";
    for (int i = 0; i < 70; ++i) deep += "</pci>";
    CHECK(refusal("nccl_topology", nccl(deep)).find("elements nest deeper than 64") != std::string::npos);
}

TEST_CASE("a document of another kind is refused", "[documents]") {
    CHECK(refusal("dmidecode", "") ==
          "file:1:1: \"dmidecode\" is no kind of document; expected nccl_topology, hwloc, "
          "nvidia_smi, lspci or topo_matrix");
}

TEST_CASE("nvidia-smi's words for nothing are nothing, and units are not guessed", "[documents]") {
    const Gpu gpu = parse_document("nvidia_smi",
                                   smi("<product_name>[N/A]</product_name><persistence_mode>N/A</persistence_mode>"
                                       "<compute_mode>Exclusive_Process</compute_mode>"
                                       "<temperature><gpu_temp>[Unknown Error]</gpu_temp></temperature>"
                                       "<gpu_power_readings><power_draw>Requested functionality has been deprecated"
                                       "</power_draw></gpu_power_readings>"
                                       "<fabric><state>In Progress</state><health><bandwidth>Degraded</bandwidth>"
                                       "<route_unhealthy>False</route_unhealthy></health></fabric>"),
                                   "file")
                        .gpus.at(0);
    CHECK(gpu.name == "");
    CHECK(gpu.is_persistent == std::nullopt);
    CHECK(gpu.compute_mode == "exclusive process");
    CHECK(gpu.temperature_c == std::nullopt);
    CHECK(gpu.power_w == std::nullopt);
    CHECK(gpu.fabric->state == FabricState::in_progress);
    CHECK(gpu.fabric->unhealthy == std::vector<std::string>{"degraded bandwidth"});
    CHECK(refusal("nvidia_smi", smi("<fb_memory_usage><total>80 GB</total></fb_memory_usage>")) ==
          "file:3:18: \"80 GB\" in <total>: expected a number of MiB");
    CHECK(refusal("nvidia_smi", smi("<mig_mode><current_mig>Perhaps</current_mig></mig_mode>")) ==
          "file:3:11: \"Perhaps\" in <current_mig>: expected \"Enabled\", \"Disabled\" or \"N/A\"");
    CHECK(
        refusal("nvidia_smi", "<nvidia_smi_log><gpu id=\"18:00.0\"/><gpu id=\"00000000:18:00.0\"/></nvidia_smi_log>") ==
        "file:1:36: the GPU 0000:18:00.0 occurs twice");
}

TEST_CASE("MIG devices and errors of GPUs before Turing are read", "[documents]") {
    const Gpu gpu =
        parse_document(
            "nvidia_smi",
            smi("<mig_mode><current_mig>Enabled</current_mig><pending_mig>Disabled</pending_mig></mig_mode>"
                "<mig_devices><mig_device><index>0</index><gpu_instance_id>9</gpu_instance_id>"
                "<compute_instance_id>0</compute_instance_id></mig_device></mig_devices>"
                "<ecc_errors><aggregate><single_bit><total>3</total></single_bit><double_bit><total>N/A</total>"
                "</double_bit></aggregate></ecc_errors>"),
            "file")
            .gpus.at(0);
    CHECK(gpu.is_mig_enabled == true);
    CHECK(gpu.is_mig_pending == false);
    CHECK(gpu.mig_devices == std::vector<std::string>{"MIG device 0 (GPU instance 9, compute instance 0)"});
    CHECK(gpu.ecc_corrected == 3);
    CHECK(gpu.ecc_uncorrected == std::nullopt);
}

TEST_CASE("the matrix names NICs by its legend and orders what is between them", "[documents]") {
    const Machine machine = parse_document("topo_matrix", matrix_with_nics, "file");
    REQUIRE(machine.hcas.size() == 2);
    CHECK(machine.hcas[0].name == "mlx5_10");
    CHECK(machine.gpus[1].numa_node == 1);
    CHECK(machine.gpus[0].cpu_affinity == "0-31,64-95");
    std::vector<std::string> paths;
    for (const DevicePath& path : machine.device_paths) paths.push_back(path.from + " " + path.to + " " + path.path);
    CHECK(paths == std::vector<std::string>{"gpu0 gpu1 NV12", "gpu0 mlx5_10 SYS", "gpu0 mlx5_2 PIX", "gpu1 mlx5_10 PXB",
                                            "gpu1 mlx5_2 SYS", "mlx5_10 mlx5_2 SYS"});
}

TEST_CASE("a matrix whose tabs became spaces is the same matrix", "[documents]") {
    const Machine machine = parse_document("topo_matrix",
                                           "        GPU0    GPU1    mlx5_0  CPU Affinity    NUMA Affinity\n"
                                           "GPU0     X      NODE    PHB     0-15            0\n"
                                           "GPU1    NODE     X      SYS     16-31           N/A\n"
                                           "mlx5_0  PHB     SYS      X\n",
                                           "file");
    CHECK(machine.hcas.at(0).name == "mlx5_0");
    CHECK(machine.gpus.at(0).numa_node == 0);
    CHECK(machine.gpus.at(1).numa_node == std::nullopt);
    CHECK(machine.gpus.at(1).cpu_affinity == "16-31");
    CHECK(machine.find_path("mlx5_0", "gpu0")->path == "PHB");
}

TEST_CASE("a matrix that contradicts itself is refused with its place", "[documents]") {
    CHECK(refusal("topo_matrix", "\tGPU0\tGPU1\nGPU0\tX\tNV4\nGPU1\tNV6\tX\n") ==
          "file:3:6: \"NV6\" from GPU1 to GPU0, but \"NV4\" the other way");
    CHECK(refusal("topo_matrix", "\tGPU0\tGPU1\nGPU0\tX\tQPI\n") ==
          "file:2:8: \"QPI\"; expected X, SYS, NODE, PHB, PXB, PIX or NV and a number");
    CHECK(refusal("topo_matrix", "\tGPU0\tGPU1\nGPU0\tX\tSYS\n") == "file:3:1: 1 rows for 2 columns");
    CHECK(refusal("topo_matrix", "nothing") == "file:1:1: no matrix; expected a header line with \"GPU0\"");
}

TEST_CASE("lspci -D -nn gives domains and numbers, and what it hides is a gap", "[documents]") {
    const Machine machine = parse_document(
        "lspci",
        "0001:00:00.0 PCI bridge [0604]: Broadcom / LSI PEX890xx [1000:c030] (rev b0) (prog-if 00 [Normal decode])\n"
        "\tNUMA node: 1\n\tIOMMU group: 7\n\tBus: primary=00, secondary=01, subordinate=01, sec-latency=0\n"
        "\tCapabilities: <access denied>\n\tKernel driver in use: pcieport\n\n"
        "0001:01:00.0 3D controller [0302]: NVIDIA Corporation GH100 [H100 SXM5 80GB] [10de:2330] (rev a1)\n"
        "\tSubsystem: NVIDIA Corporation Device [10de:16c1]\n\tNUMA node: 1\n\tCapabilities: <access denied>\n\n"
        "0001:02:00.0 VGA compatible controller [0300]: ASPEED Technology, Inc. [1a03:2000]\n",
        "file");
    REQUIRE(machine.pci_devices.size() == 2);
    const PciDevice& bridge = machine.pci_devices[0];
    const PciDevice& gpu = machine.pci_devices[1];
    CHECK(bridge.iommu_group == 7);
    CHECK(bridge.is_acs_redirecting == std::nullopt);
    CHECK(bridge.parent == "pci0001:00");
    CHECK(gpu.parent == "0001:00:00.0");
    CHECK(gpu.device_id == "0x2330");
    CHECK(gpu.subsystem_device_id == "0x16c1");
    CHECK(gpu.name == "NVIDIA Corporation GH100 [H100 SXM5 80GB]");
    CHECK(machine.gpus.at(0).numa_node == 1);
    CHECK(machine.gaps.at(1) ==
          Gap{"pci.acs", "PCIe links and access control services", "lspci wrote <access denied>", "run lspci as root"});
}

TEST_CASE("an lspci text with two bridges to one bus, or one device twice, is refused", "[documents]") {
    const std::string device = "01:00.0 Ethernet controller: Mellanox\n";
    CHECK(refusal("lspci", device + "\n" + device) == "file:3:1: the device 0000:01:00.0 occurs twice");
    CHECK(refusal("lspci",
                  "00:01.0 PCI bridge: A\n\tBus: primary=00, secondary=01\n"
                  "00:02.0 PCI bridge: A\n\tBus: primary=00, secondary=01\n") ==
          "file:1:1: 0000:00:01.0 and 0000:00:02.0 both have the secondary bus 01");
    CHECK(refusal("lspci", device + "\tLnkSta:\tSpeed 32Gb/s, Width x16\n") ==
          "file:2:1: \"Speed 32Gb/s\": expected a number of GT/s");
    CHECK(refusal("lspci", "nothing").starts_with("file:1:1: no PCI device; expected one such as "));
}

TEST_CASE("hwloc tells GPUs by NVML, HCAs with their ports, and distances of NUMA nodes", "[documents]") {
    const Machine machine = parse_document(
        "hwloc",
        "<topology version=\"2.0\"><object type=\"Machine\" nodeset=\"0x3\">"
        "<info name=\"HostName\" value=\"node1\"/><info name=\"Architecture\" value=\"x86_64\"/>"
        "<object type=\"Package\" nodeset=\"0x2\" cpuset=\"0xffff0000\"><info name=\"CPUVendor\" "
        "value=\"GenuineIntel\"/>"
        "<info name=\"CPUFamilyNumber\" value=\"6\"/><info name=\"CPUModelNumber\" value=\"143\"/>"
        "<object type=\"NUMANode\" os_index=\"1\" cpuset=\"0xffff0000\" local_memory=\"1024\"/>"
        "<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0xffff\"/>"
        "<object type=\"Bridge\" bridge_type=\"0-1\" bridge_pci=\"0001:[80-9f]\">"
        "<object type=\"PCIDev\" pci_busid=\"0001:80:00.0\" pci_type=\"0302 [10de:2335] [10de:18bf] a1\">"
        "<object type=\"OSDev\" name=\"nvml3\" osdev_type=\"1\"><info name=\"NVIDIAUUID\" value=\"GPU-1\"/></object>"
        "<object type=\"OSDev\" name=\"cuda0\" osdev_type=\"5\"><info name=\"CUDAGlobalMemorySize\" value=\"1048576\"/>"
        "</object></object>"
        "<object type=\"PCIDev\" pci_busid=\"0001:81:00.0\" pci_type=\"0207 [15b3:1021] [15b3:0001] 00\">"
        "<object type=\"OSDev\" name=\"ibp1\" osdev_type=\"3\"><info name=\"NodeGUID\" value=\"a:b\"/>"
        "<info name=\"Port1State\" value=\"4\"/><info name=\"Port1LID\" value=\"0x1f\"/>"
        "<info name=\"Port1GID0\" value=\"fe80:0:0:0:1:2:3:4\"/></object>"
        "<object type=\"OSDev\" name=\"ibp1\" osdev_type=\"2\"/></object>"
        "</object></object></object>"
        "<distances2 type=\"NUMANode\" nbobjs=\"2\" kind=\"5\" name=\"NUMALatency\" indexing=\"os\">"
        "<indexes length=\"4\">1 0 </indexes><u64values length=\"12\">10 21 32 10 </u64values></distances2></topology>",
        "file");
    CHECK(machine.hostname == "node1");
    CHECK(machine.cpu.model_id == 143);
    REQUIRE(machine.gpus.size() == 1);
    CHECK(machine.gpus[0].nvml_index == 3);
    CHECK(machine.gpus[0].uuid == "GPU-1");
    CHECK(machine.gpus[0].memory_bytes == 1ULL << 30);
    CHECK(machine.gpus[0].numa_node == 1);
    CHECK(machine.pci_devices.at(0).parent == "pci0001:80");
    CHECK(machine.pci_devices.at(0).local_cpus == "16-31");
    REQUIRE(machine.hcas.size() == 1);
    CHECK(machine.hcas[0].ports.at(0).state == HcaPortState::active);
    CHECK(machine.hcas[0].ports.at(0).lid == 31);
    CHECK(machine.hcas[0].ports.at(0).gids == std::vector<Gid>{{0, "fe80:0:0:0:1:2:3:4", "", ""}});
    CHECK(machine.nics.at(0).name == "ibp1");
    // The matrix is in the order 1, 0; a node's distances are to 0, then 1.
    CHECK(machine.numa_nodes.at(0).distances == std::vector<int>{10, 32});
    CHECK(machine.numa_nodes.at(1).distances == std::vector<int>{21, 10});
}

TEST_CASE("an hwloc topology of version 1, or with a device twice, is refused", "[documents]") {
    CHECK(refusal("hwloc", "<topology/>") == "file:1:1: version \"\" of <topology>; expected one of hwloc 2 (\"2.0\")");
    const std::string device =
        "<object type=\"PCIDev\" pci_busid=\"0000:01:00.0\" pci_type=\"0200 [15b3:1021] [0000:0000]\"/>";
    CHECK(refusal("hwloc", "<topology version=\"2.0\">" + device + "\n" + device + "</topology>") ==
          "file:2:1: the device 0000:01:00.0 occurs twice");
}
