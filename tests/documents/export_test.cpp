// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <regex>
#include <set>
#include <sstream>

#include "r1cluster/documents/documents.hpp"
#include "support/catch.hpp"
#include "support/scratch_folder.hpp"
#include "support/shared_data.hpp"
#include "support/skip.hpp"

using namespace r1cluster;

namespace {

PciDevice bridge(const std::string& address, const std::string& parent) {
    return {.address = address,
            .parent = parent,
            .kind = PciKind::bridge,
            .class_code = "0x060400",
            .link = {{}, {}, 32.0, 16}};
}

/// One NUMA node; a switch (upstream port 16, downstream ports 17) with a GPU and an HCA below a root port, and a
/// GPU in a root port of its own. The GPUs have two NVLinks between them.
Machine small_machine() {
    Machine machine;
    machine.host = "node1";
    machine.memory_bytes = 64ULL << 30;
    machine.cpu = {"Xeon", 1, 8, 16, "", "x86_64", "GenuineIntel", 6, 143};
    machine.numa_nodes = {{0, "0-15,32", 64ULL << 30, {}}};
    machine.pci_devices = {bridge("0000:15:01.0", "pci0000:15"), bridge("0000:16:00.0", "0000:15:01.0"),
                           bridge("0000:17:00.0", "0000:16:00.0"), bridge("0000:17:01.0", "0000:16:00.0"),
                           bridge("0000:25:01.0", "pci0000:25")};
    machine.pci_devices.push_back({.address = "0000:18:00.0",
                                   .parent = "0000:17:00.0",
                                   .kind = PciKind::gpu,
                                   .class_code = "0x030200",
                                   .vendor_id = "0x10de",
                                   .device_id = "0x2330",
                                   .link = {32.0, 16, 32.0, 16}});
    machine.pci_devices.push_back({.address = "0000:19:00.0",
                                   .parent = "0000:17:01.0",
                                   .kind = PciKind::network,
                                   .class_code = "0x020700",
                                   .link = {16.0, 8, 32.0, 8}});
    machine.pci_devices.push_back({.address = "0000:26:00.0",
                                   .parent = "0000:25:01.0",
                                   .kind = PciKind::gpu,
                                   .class_code = "0x030200",
                                   .link = {{}, {}, 64.0, 16}});
    for (PciDevice& device : machine.pci_devices) device.numa_node = 0;
    for (const char* address : {"0000:18:00.0", "0000:26:00.0"}) {
        Gpu& gpu = machine.gpus.emplace_back();
        gpu.nvml_index = static_cast<int>(machine.gpus.size()) - 1;
        gpu.name = "NVIDIA \"H100\"";
        gpu.pci_address = address;
        gpu.memory_bytes = 80ULL << 30;
        gpu.compute_capability = "9.0";
        gpu.numa_node = 0;
    }
    for (int i : {0, 1}) {
        machine.gpus[0].nvlinks.push_back({i, true, {}, {}, NvLinkEnd::gpu, "0000:26:00.0", {}});
        machine.gpus[1].nvlinks.push_back({i, true, {}, {}, NvLinkEnd::gpu, "0000:18:00.0", {}});
    }
    machine.gpus[1].nvlinks.push_back({2, false, {}, {}, NvLinkEnd::unknown, "", {}});
    Hca& hca = machine.hcas.emplace_back();
    hca.name = "mlx5_0";
    hca.pci_address = "0000:19:00.0";
    hca.numa_node = 0;
    HcaPort& port = hca.ports.emplace_back();
    port.state = HcaPortState::active;
    port.link_layer = LinkLayer::infiniband;
    port.rate_gbps = 400;
    return machine;
}

std::multiset<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::multiset<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.insert(line);
    return lines;
}

}  // namespace

TEST_CASE("a switch is one element in an NCCL topology, by its upstream port, and a root port none", "[documents]") {
    CHECK(to_nccl_topology(small_machine()) ==
          "<system version=\"1\">\n"
          "  <cpu numaid=\"0\" affinity=\"00000001,0000ffff\" arch=\"x86_64\" vendor=\"GenuineIntel\" familyid=\"6\" "
          "modelid=\"143\">\n"
          "    <pci busid=\"0000:16:00.0\" class=\"0x060400\" link_speed=\"32.0 GT/s PCIe\" link_width=\"16\">\n"
          "      <pci busid=\"0000:18:00.0\" class=\"0x030200\" vendor=\"0x10de\" device=\"0x2330\" link_speed=\"32.0 "
          "GT/s "
          "PCIe\" link_width=\"16\">\n"
          "        <gpu dev=\"0\" sm=\"90\">\n"
          "          <nvlink target=\"0000:26:00.0\" count=\"2\" tclass=\"0x030200\"/>\n"
          "        </gpu>\n"
          "      </pci>\n"
          "      <pci busid=\"0000:19:00.0\" class=\"0x020700\" link_speed=\"32.0 GT/s PCIe\" link_width=\"8\">\n"
          "        <nic>\n"
          "          <net name=\"mlx5_0\" speed=\"400000\" port=\"1\"/>\n"
          "        </nic>\n"
          "      </pci>\n"
          "    </pci>\n"
          "    <pci busid=\"0000:26:00.0\" class=\"0x030200\" link_speed=\"32.0 GT/s PCIe\" link_width=\"16\">\n"
          "      <gpu dev=\"1\" sm=\"90\">\n"
          "        <nvlink target=\"0000:18:00.0\" count=\"2\" tclass=\"0x030200\"/>\n"
          "      </gpu>\n"
          "    </pci>\n"
          "  </cpu>\n"
          "</system>\n");
}

TEST_CASE("NVLinks whose other end is not known are left for NCCL to find", "[documents]") {
    Machine machine = small_machine();
    machine.gpus[0].nvlinks[1].remote = NvLinkEnd::unknown;
    CHECK(to_nccl_topology(machine).find("target=\"0000:26:00.0\"") == std::string::npos);
    CHECK(to_nccl_topology(machine).find("target=\"0000:18:00.0\"") != std::string::npos);
}

TEST_CASE("a GPU that neither class nor vendor tells stays one in an NCCL topology", "[documents]") {
    Machine machine;
    machine.pci_devices = {{.address = "0000:18:00.0", .kind = PciKind::gpu},
                           {.address = "0000:19:00.0", .kind = PciKind::gpu, .class_code = "0x030200"}};
    for (const PciDevice& device : machine.pci_devices) machine.gpus.emplace_back().pci_address = device.address;
    machine.gpus[1].nvml_index = 1;
    CHECK(to_nccl_topology(machine) ==
          "<system version=\"1\">\n  <cpu numaid=\"-1\">\n    <pci busid=\"0000:18:00.0\">\n      <gpu/>\n"
          "    </pci>\n    <pci busid=\"0000:19:00.0\" class=\"0x030200\"/>\n  </cpu>\n</system>\n");
    // Once one has a number, all have.
    machine.gpus[1].compute_capability = "9.0";
    const std::string text = to_nccl_topology(machine);
    CHECK(text.find("<gpu dev=\"0\"/>") != std::string::npos);
    CHECK(text.find("<gpu dev=\"1\" sm=\"90\"/>") != std::string::npos);
}

TEST_CASE("a port that is down is not in an NCCL topology, where its rate would stay", "[documents]") {
    Machine machine = small_machine();
    machine.hcas[0].ports[0].state = HcaPortState::down;
    CHECK(to_nccl_topology(machine).find("mlx5_0") == std::string::npos);
    CHECK(to_nccl_topology(machine).find("0000:19:00.0") != std::string::npos);
}

TEST_CASE("bridges that go round in circles are no reason to hang", "[documents]") {
    Machine machine = small_machine();
    machine.pci_devices[0].parent = "0000:17:00.0";
    CHECK(to_nccl_topology(machine).find("0000:18:00.0") != std::string::npos);
    CHECK(to_hwloc_text(machine).find("nvml0") != std::string::npos);
    CHECK(to_dot(machine).find("GPU 0") != std::string::npos);
}

TEST_CASE("more than NCCL can hold is cut by controllers that bear no name", "[documents]") {
    Machine machine = small_machine();
    for (int i = 0; i < 300; ++i) {
        PciDevice device{.kind = PciKind::network, .class_code = "0x020000", .numa_node = 0};
        device.address = "0001:" + std::to_string(10 + i / 32 % 90) + ":" + std::to_string(10 + i % 32) + ".0";
        device.parent = "pci0001:00";
        machine.pci_devices.push_back(device);
    }
    const std::string text = to_nccl_topology(machine);
    CHECK(std::count(text.begin(), text.end(), '<') < 250);
    CHECK(text.find("mlx5_0") != std::string::npos);
}

TEST_CASE("every NCCL topology that we have survives the way in and out", "[documents]") {
    for (const char* name : {"fixtures/nccl-topo/azure-ndv4.xml", "fixtures/nccl-topo/azure-ndv5.xml",
                             "fixtures/nccl-topo/aws-p4d.xml", "recordings/h200-2gpu-vm/nccl/nccl-topo.xml"}) {
        INFO(name);
        const std::string text = shared_text(name);
        Machine before = parse_document("nccl_topology", text, name);
        const std::string written = to_nccl_topology(before);
        Machine after = parse_document("nccl_topology", written, "again");
        // What NCCL assumes of a socket is not written, so the second reading does not meet it.
        std::erase_if(before.gaps, [](const Gap& gap) { return gap.subject == "speed of eth0"; });
        CHECK(after == before);
        CHECK(to_nccl_topology(after) == written);
    }
}

TEST_CASE("what we write of the virtual machine is what NCCL wrote, without what depends on the job", "[documents]") {
    const std::string text = shared_text("recordings/h200-2gpu-vm/nccl/nccl-topo.xml");
    const Machine machine = parse_document("nccl_topology", text, "nccl-topo.xml");
    const std::regex completed(R"( (host_hash|rank|gdr|latency|speed|guid|maxconn)="[^"]*"| link_width="0")");
    const std::string rest = std::regex_replace(text, completed, "");
    const std::string expected = std::regex_replace(rest, std::regex(R"((<net name="eth0") dev="0")"), "$1");
    CHECK(lines_of(to_nccl_topology(machine)) == lines_of(expected));
}

TEST_CASE("the topology of lspci's H100 machine has each GPU and its HCA below one switch", "[documents]") {
    const std::string text = shared_text("fixtures/pci/lspci-vvv-h100-gpud.txt");
    const std::string written = to_nccl_topology(parse_document("lspci", text, "lspci.txt"));
    const Machine machine = parse_document("nccl_topology", written, "written");
    std::map<std::string, std::string> parents;
    for (const PciDevice& device : machine.pci_devices) parents[device.address] = device.parent;
    CHECK(parents.at("0000:19:00.0") == "0000:16:00.0");
    CHECK(parents.at("0000:1a:00.0") == "0000:16:00.0");
    CHECK(parents.at("0000:16:00.0") == "numa0");
    CHECK(parents.at("0000:db:00.0") == parents.at("0000:dc:00.0"));
    CHECK(parents.at("0000:d8:00.0") == "numa1");
    CHECK(machine.gpus.size() == 8);
    CHECK(written.find('\t') == std::string::npos);
}

TEST_CASE("a machine as a tree in the manner of lstopo", "[documents]") {
    CHECK(to_hwloc_text(small_machine()) ==
          "Machine (64.00 GiB total)\n"
          "  1 x Package \"Xeon\", 8 cores, 16 PUs\n"
          "  NUMANode L#0 (P#0 64.00 GiB) cpus 0-15,32\n"
          "    HostBridge pci0000:15\n"
          "      PCIBridge 15:01.0\n"
          "        PCIBridge 16:00.0\n"
          "          PCIBridge 17:00.0\n"
          "            PCI 18:00.0 (3D) 32 GT/s x16\n"
          "              GPU(NVML) \"nvml0\" NVIDIA \"H100\" 80.00 GiB, 2 NVLinks\n"
          "          PCIBridge 17:01.0\n"
          "            PCI 19:00.0 (InfiniBand) 16 GT/s x8\n"
          "              OpenFabrics \"mlx5_0\", port 1 InfiniBand ACTIVE 400 Gb/s\n"
          "    HostBridge pci0000:25\n"
          "      PCIBridge 25:01.0\n"
          "        PCI 26:00.0 (3D)\n"
          "          GPU(NVML) \"nvml1\" NVIDIA \"H100\" 80.00 GiB, 2 NVLinks\n");
}

TEST_CASE("a machine as a graph: what hangs from what, and NVLinks once", "[documents]") {
    const std::string dot = to_dot(small_machine());
    CHECK(dot.starts_with("graph \"node1\" {\n"));
    CHECK(dot.find("GPU 0\\nNVIDIA \\\"H100\\\"\\n0000:18:00.0\\n80.00 GiB") != std::string::npos);
    CHECK(dot.find("network\\n0000:19:00.0\\nmlx5_0\\nInfiniBand 400 Gb/s") != std::string::npos);
    CHECK(dot.find("[label=\"16 GT/s x8\"]") != std::string::npos);
    CHECK(dot.find("label=\"NV2\"") == dot.rfind("label=\"NV2\""));
    CHECK(dot.find("label=\"NV2\"") != std::string::npos);
}

TEST_CASE("Graphviz takes the graph", "[documents]") {
    if (std::system("dot -V >/dev/null 2>&1") != 0) skip_case("Graphviz is not installed");
    const ScratchFolder folder;
    Machine machine = small_machine();
    machine.gpus[0].name = "\\\" } \n; odd";
    const std::string file = folder.write("machine.dot", to_dot(machine));
    CHECK(std::system(("dot -Tsvg " + file + " >/dev/null").c_str()) == 0);
}
