// SPDX-License-Identifier: Apache-2.0
// Hosts that are known by a document of another tool alone: what it does not hold is unknown, and never passes.
#include "check/two_hosts.hpp"
#include "r1cluster/readings/import.hpp"
#include "r1cluster/views/views.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

/// One GPU, as each tool writes it.
const std::map<std::string, std::string> documents{
    {"hwloc",
     "<topology version=\"2.0\"><object type=\"Machine\" nodeset=\"0x1\" cpuset=\"0x3\">"
     "<info name=\"OSRelease\" value=\"6.1.0\"/>"
     "<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x3\" nodeset=\"0x1\"/>"
     "<object type=\"PCIDev\" pci_busid=\"0000:18:00.0\" pci_type=\"0302 [10de:2330] [10de:16c1] a1\"/>"
     "</object></topology>"},
    {"nvidia_smi", "<nvidia_smi_log><gpu id=\"00000000:18:00.0\"><uuid>GPU-1</uuid></gpu></nvidia_smi_log>"},
    {"nccl_topology",
     "<system version=\"1\"><cpu numaid=\"0\" affinity=\"f\" arch=\"x86_64\" vendor=\"GenuineIntel\" familyid=\"6\" "
     "modelid=\"143\"><pci busid=\"0000:18:00.0\" class=\"0x030200\" vendor=\"0x10de\" device=\"0x2330\" "
     "link_speed=\"32.0 GT/s PCIe\" link_width=\"16\"/></cpu></system>"},
    {"lspci",
     "0000:18:00.0 3D controller [0302]: NVIDIA Corporation GH100 [H100 SXM5 80GB] [10de:2330] (rev a1)\n"
     "\tLnkCap:\tPort #0, Speed 32GT/s, Width x16\n"},
    {"topo_matrix", "\tGPU0\tGPU1\nGPU0\tX\tNV4\nGPU1\tNV4\tX\n"},
};

}  // namespace

TEST_CASE("a host that a document alone describes passes no rule about what the document does not hold", "[check]") {
    for (const auto& [kind, text] : documents) {
        INFO(kind);
        TwoHosts hosts;
        hosts.machine(1) = interpret(import_files({{{"document", text}}, {}}, "node1"));
        REQUIRE_FALSE(hosts.machine(1).gpus.empty());
        hosts.layout.ranks.resize(3);
        const std::vector<std::string> rules{"limits.memlock", "limits.open_files", "gpu.mig", "hardware.healthy"};
        for (const std::string& id : rules) {
            INFO(id);
            const bool is_told_mig = id == "gpu.mig" && hosts.machine(1).gpus[0].is_mig_enabled.has_value();
            if (is_told_mig) continue;
            CHECK(hosts.passed(id) == "1 of 2");
            // One finding stands for all that the document does not hold.
            REQUIRE(hosts.findings("limits.open_files").size() == 1);
            const Finding unknown = hosts.findings("limits.open_files")[0];
            CHECK(unknown.severity == Severity::unknown);
            CHECK(unknown.remedy == "r1cluster record on the host");
            CHECK_THAT(unknown.id + unknown.observed, ContainsSubstring(id));
        }
    }
}

TEST_CASE("a host that a document alone describes has unknown limits and cores, none that are unlimited or 0",
          "[check]") {
    for (const auto& [kind, text] : documents) {
        INFO(kind);
        const Machine machine = interpret(import_files({{{"document", text}}, {}}, "node1"));
        CHECK(machine.limits == Limits{});
        CHECK_FALSE(machine.cpu.cores);
        CHECK_FALSE(machine.gpus.at(0).memory_bytes);
        const std::string shown = show(machine);
        CHECK(shown.find("unlimited") == std::string::npos);
        CHECK(shown.find("0 cores") == std::string::npos);
    }
    const std::string shown = show(interpret(import_files({{{"document", documents.at("hwloc")}}, {}}, "node1")));
    CHECK_THAT(shown, ContainsSubstring("CPU: unknown, sockets unknown, cores unknown, threads unknown"));
    CHECK_THAT(shown, ContainsSubstring("locked memory unknown, open files unknown, processes unknown"));
}
