// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <sstream>

#include "r1cluster/views/views.hpp"
#include "support/catch.hpp"
#include "support/html.hpp"
#include "views/views_machines.hpp"

using namespace r1cluster;
using r1cluster::test::without_alignment;

namespace {

std::string first_line(const Machine& machine) { return show(machine).substr(0, show(machine).find('\n')); }

std::size_t columns(const std::string& line) {
    return static_cast<std::size_t>(std::count_if(
        line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

}  // namespace

TEST_CASE("a machine that was not reached is shown in one line", "[views]") {
    Machine machine;
    machine.host = "node1";
    machine.unreachable_because = "Connection refused";
    CHECK(show(machine) == "node1: not reached: Connection refused\n");
}

TEST_CASE("the judgement says what a machine is good for", "[views]") {
    CHECK(first_line(h100_machine()) ==
          "node07: 8 x NVIDIA H100 80GB HBM3 over NV18, 637 GiB, 8 x 400 Gb/s InfiniBand with GPUDirect RDMA, "
          "driver 550.54.15");
    CHECK(first_line(broken_h100_machine()) ==
          "node07: 8 x NVIDIA H100 80GB HBM3 over NV18, 637 GiB, 7 x 400 Gb/s InfiniBand with GPUDirect RDMA "
          "for 7 of 8 GPUs, driver 550.54.15; 3 problems, 2 things not seen");
    CHECK(first_line(h200_vm()) == "vm: 2 x NVIDIA H200 over NV18, 281 GiB, driver 580.159.04; 1 thing not seen");
    CHECK(first_line(t4_machine()) == "t4box: 4 x Tesla T4 over PHB, SYS, 60.0 GiB, driver 515.105.01; 1 problem");
    CHECK(first_line(cpu_machine()) == "head: no GPU seen, 192 CPU threads, 2.0 TiB; 1 thing not seen");
}

TEST_CASE("the judgement claims nothing of GPUDirect RDMA that could not be seen", "[views]") {
    Machine machine = h100_machine();
    for (NearHca& near : machine.gpus[7].hcas) near.uses_gpudirect.reset();
    CHECK(first_line(machine) ==
          "node07: 8 x NVIDIA H100 80GB HBM3 over NV18, 637 GiB, 8 x 400 Gb/s InfiniBand, driver 550.54.15");
}

TEST_CASE("a machine is shown as a tree under a line of judgement, its problems first", "[views]") {
    CHECK(show(t4_machine()) ==
          "t4box: 4 x Tesla T4 over PHB, SYS, 60.0 GiB, driver 515.105.01; 1 problem\n"
          "├─ Problems\n"
          "│  └─ gpu2: PCIe link at 8 of 16 lanes -> reseat the card\n"
          "├─ System: Ubuntu 22.04.4 LTS, Linux 5.15.0-105-generic, driver 515.105.01, CUDA 11.7\n"
          "│  ├─ CPU: Intel(R) Xeon(R) Platinum 8468, 2 sockets, 96 cores, 192 threads\n"
          "│  ├─ Memory: 2.00 TiB, 1.95 TiB available\n"
          "│  ├─ NUMA node 0: CPUs 0-47,96-143, 1.0 TiB, distances 10 21\n"
          "│  ├─ NUMA node 1: CPUs 48-95,144-191, 1.0 TiB, distances 21 10\n"
          "│  └─ Limits: locked memory unlimited, open files unlimited, processes unlimited, control group\n"
          "│         unlimited\n"
          "├─ GPUs: 4 x Tesla T4, 15.0 GiB each, PCIe Gen3 x16, unless a line says otherwise\n"
          "│  ├─ gpu0: 0000:3b:00.0, NUMA node 0\n"
          "│  ├─ gpu1: 0000:3c:00.0, NUMA node 0\n"
          "│  ├─ gpu2: 0000:8b:00.0, NUMA node 1, PCIe Gen3 x8 of x16\n"
          "│  ├─ gpu3: 0000:8c:00.0, NUMA node 1\n"
          "│  ├─ PHB: 0-1 2-3\n"
          "│  └─ SYS: 0-2 0-3 1-2 1-3\n"
          "└─ PCI: what shares a switch or a host bridge\n"
          "   ├─ NUMA node 0\n"
          "   │  └─ host bridge pci0000:3a\n"
          "   │     ├─ gpu0 0000:3b:00.0, Gen3 x16\n"
          "   │     └─ gpu1 0000:3c:00.0, Gen3 x16\n"
          "   └─ NUMA node 1\n"
          "      └─ host bridge pci0000:8a\n"
          "         ├─ gpu2 0000:8b:00.0, Gen3 x8 of x16\n"
          "         └─ gpu3 0000:8c:00.0, Gen3 x16\n");
}

TEST_CASE("what all GPUs share is said once, and the one that differs stands out", "[views]") {
    const std::string text = show(broken_h100_machine());
    CHECK_THAT(text,
               ContainsSubstring(
                   "├─ GPUs: 8 x NVIDIA H100 80GB HBM3, 79.6 GiB each, compute capability 9.0, PCIe Gen5 x16, 18 x\n"));
    CHECK_THAT(text, ContainsSubstring("│  ├─ gpu5: 0000:68:00.0, NUMA node 1, near mlx5_5 (PIX)\n"));
    CHECK_THAT(text,
               ContainsSubstring("│  ├─ gpu6: 0000:78:00.0, NUMA node 1, 17 of 18 x NVLink 4, near mlx5_6 (PIX)\n"));
    CHECK_THAT(text, ContainsSubstring("│  └─ every pair: NV18\n"));
}

TEST_CASE("what could not be seen of one GPU is not said of it with the others", "[views]") {
    Machine machine = t4_machine();
    machine.gpus[3].link = {};
    CHECK_THAT(show(machine), ContainsSubstring("├─ GPUs: 4 x Tesla T4, 15.0 GiB each\n"
                                                "│  ├─ gpu0: 0000:3b:00.0, NUMA node 0, PCIe Gen3 x16\n"));
    CHECK_THAT(show(machine), ContainsSubstring("│  ├─ gpu3: 0000:8c:00.0, NUMA node 1\n"));
}

TEST_CASE("the PCI tree holds switches and what is on them, and no bridge that decides nothing", "[views]") {
    CHECK_THAT(show(h100_machine()), ContainsSubstring("│  │  ├─ switch 0000:16:00.0 at pci0000:15, Gen5 x16\n"
                                                       "│  │  │  ├─ gpu0 0000:18:00.0, Gen5 x16\n"
                                                       "│  │  │  ├─ mlx5_0 0000:19:00.0, Gen5 x16\n"
                                                       "│  │  │  └─ 0000:1a:00.0 nvme, Gen4 x4\n"));
    CHECK_THAT(show(cpu_machine()), ContainsSubstring("host bridge pci0000:16\n"));  // two functions are no switch
}

TEST_CASE("a switch whose place is not known holds its devices together all the same", "[views]") {
    Machine machine = machine_of(2, 2, 0, 2);  // as an NCCL topology has it: bridges below no host bridge
    machine.pci_devices[0].parent.clear();
    CHECK_THAT(show(machine), ContainsSubstring("      └─ switch 0000:10:00.0, Gen5 x16\n"
                                                "         ├─ gpu0 0001:00:00.0, Gen5 x16\n"
                                                "         ├─ gpu1 0001:01:00.0, Gen5 x16\n"
                                                "         ├─ rdmap79s0 0002:00:00.0, Gen5 x16\n"));
}

TEST_CASE("memory that the kernel counts for no NUMA node is remarked", "[views]") {
    Machine machine;
    machine.host = "vm";
    machine.memory_bytes = std::uint64_t{24} << 30;
    machine.numa_nodes = {{0, "0-1", std::uint64_t{9} << 30, {10}}};
    CHECK_THAT(show(machine), ContainsSubstring("; the kernel counts no more than 9.0 GiB of it for"));
    machine.numa_nodes[0].memory_bytes = std::uint64_t{23} << 30;
    CHECK(show(machine).find("no more than") == std::string::npos);
    machine.numa_nodes[0].memory_bytes.reset();
    CHECK(show(machine).find("no more than") == std::string::npos);
}

TEST_CASE("every line but the judgement fits a terminal of 100 columns", "[views]") {
    for (const Machine& machine : {h100_machine(), broken_h100_machine(), h200_vm(), t4_machine(), cpu_machine()}) {
        std::istringstream lines(show(machine));
        std::string line;
        std::getline(lines, line);  // one line per machine, for those who look at many
        while (std::getline(lines, line)) {
            INFO(line);
            CHECK(columns(line) <= 100);
        }
    }
}

TEST_CASE("a word that is longer than a line stays whole", "[views]") {
    Machine machine;
    machine.gaps = {{"checkpoint", "checkpoint", std::string(120, 'x'), ""}};
    CHECK_THAT(show(machine), ContainsSubstring(std::string(120, 'x')));
}

TEST_CASE("a cluster is shown with its rails, the ways between its machines, and what differs", "[views]") {
    Cluster cluster;
    cluster.paths = {{"a", "b", "eth0", "10.0.0.1", "10.0.0.2", true, 21.4, ""},
                     {"b", "a", "", "", "10.0.0.1", false, {}, "timed out"}};
    cluster.rails = {
        {0, {{"a", "mlx5_0", 1}, {"b", "mlx5_3", 2}}, LinkLayer::infiniband, 400, "one subnet prefix for all"}};
    cluster.differences = {{"GPU driver", {{"a", "550.54"}, {"b", "550.54"}, {"c", "535.1"}}}};
    CHECK(show(cluster) ==
          "Rails: HCAs that face each other\n"
          "└─ rail 0: 400 Gb/s, InfiniBand, one subnet prefix for all\n"
          "   └─ a mlx5_0, b mlx5_3 port 2\n"
          "\n"
          "How they reach each other\n"
          "├─ a -> b: 10.0.0.1 -> 10.0.0.2 over eth0, round trip 21 us\n"
          "└─ b -> a: not connected: timed out\n"
          "\n"
          "What differs between them\n"
          "└─ GPU driver: 535.1 on c; 550.54 on a, b\n");
    CHECK(show(Cluster{}) == "How they reach each other: not tried\n");
}

TEST_CASE("nothing that a host says becomes markup", "[views]") {
    Machine machine;
    machine.host = "<script>alert('x')</script>";
    machine.unreachable_because = "<i>no</i>";
    machine.gaps = {{"a", "a & b", "\"<b>\"", ""}};
    CHECK(without_alignment(show_html(machine)) ==
          "<div class=\"r1cluster-machine\">\n"
          "<p><b>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</b>: not reached: &lt;i&gt;no&lt;/i&gt;</p>\n"
          "<table>\n<tr><th>not seen</th><th>because</th><th>remedy</th></tr>\n"
          "<tr><td>a &amp; b</td><td>&quot;&lt;b&gt;&quot;</td><td></td></tr>\n</table>\n"
          "</div>\n");
}

TEST_CASE("a notebook shows the picture, then the problems, then tables", "[views]") {
    const std::string html = without_alignment(show_html(broken_h100_machine()));
    const auto place = [&](const std::string& text) { return html.find(text); };
    CHECK(place("<svg ") < place("<th>problem</th>"));
    CHECK(place("<th>problem</th>") < place("<th>GPU</th>"));
    CHECK(place("<th>HCA</th>") < place("<th>not seen</th>"));
    CHECK_THAT(html, ContainsSubstring(
                         "<td>gpu3</td><td>PCIe link at 8 of 16 lanes</td><td>reseat the card or its riser</td>"));
}
