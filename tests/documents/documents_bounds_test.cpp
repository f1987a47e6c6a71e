// SPDX-License-Identifier: Apache-2.0
// Documents that would take far more memory or time than their size.
#include <fmt/format.h>

#include "documents/values.hpp"
#include "r1cluster/documents/documents.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

namespace {

/// Lines 2 to count + 1 are those that `line` gives for a PCI domain each.
template <class Line>
std::string document_of(int count, const std::string& opening, Line line, const std::string& closing) {
    std::string text = opening + "\n";
    for (int domain = 0; domain < count; ++domain) text += line(fmt::format("{:04x}", domain)) + "\n";
    return text + closing;
}

std::string nvidia_smi(int gpus) {
    return document_of(
        gpus, "<nvidia_smi_log>", [](const std::string& domain) { return "<gpu id=\"0000" + domain + ":18:00.0\"/>"; },
        "</nvidia_smi_log>");
}

std::string nccl(int gpus) {
    return document_of(
        gpus, "<system version=\"1\"><cpu numaid=\"0\">",
        [](const std::string& domain) {
            return "<pci busid=\"" + domain +
                   ":18:00.0\"><gpu><nvlink target=\"fffffff:ffff:ff\" count=\"64\"/></gpu></pci>";
        },
        "</cpu></system>");
}

std::string hwloc(int disks) {
    return document_of(
        disks, "<topology version=\"2.0\">",
        [](const std::string& domain) {
            return "<object type=\"PCIDev\" pci_busid=\"" + domain +
                   ":18:00.0\" pci_type=\"0108 [144d:a80a] [144d:a801] 00\"/>";
        },
        "</topology>");
}

std::string lspci(int gpus) {
    return document_of(
        gpus, "", [](const std::string& domain) { return domain + ":18:00.0 3D controller: NVIDIA Corporation\n"; },
        "");
}

std::string refusal(const std::string& kind, const std::string& text) {
    return error_of([&] { parse_document(kind, text, "file"); });
}

}  // namespace

TEST_CASE("a document with more than 4,096 devices is refused before it is read whole", "[documents]") {
    CHECK(parse_document("nvidia_smi", nvidia_smi(4096), "file").gpus.size() == 4096);
    CHECK(refusal("nvidia_smi", nvidia_smi(4097)) == "file:1:1: more than 4,096 GPUs");
    CHECK(refusal("nvidia_smi", nvidia_smi(10000)) == "file:4099:1: more than 4,096 GPUs");
    CHECK(refusal("hwloc", hwloc(10000)) == "file:4099:1: more than 4,096 PCI devices");
    CHECK(refusal("lspci", lspci(4097)) == "file:1:1: more than 4,096 GPUs");
}

TEST_CASE("more NUMA nodes than Linux has, or ports than an HCA, are refused", "[documents]") {
    std::string nodes, ports;
    for (int i = 0; i < 2000; ++i) nodes += fmt::format("\n<object type=\"NUMANode\" os_index=\"{}\"/>", i);
    CHECK(refusal("hwloc", "<topology version=\"2.0\">" + nodes + "</topology>") ==
          "file:1027:1: more than 1,024 NUMA nodes");
    for (int i = 1; i <= 17; ++i) ports += fmt::format("\n<net name=\"mlx5_0\" port=\"{}\"/>", i);
    CHECK(refusal("nccl_topology", "<system version=\"1\"><cpu numaid=\"0\"><nic>" + ports + "</nic></cpu></system>") ==
          "file:18:1: more than 16 ports of \"mlx5_0\"");
}

TEST_CASE("64 NVLinks of each of 10,000 GPUs are not all read", "[documents]") {
    CHECK(refusal("nccl_topology", nccl(10000)) == "file:4099:1: more than 4,096 GPUs");
}

TEST_CASE("a matrix of distances is read as far as it can be right", "[documents]") {
    const auto matrix = [](const std::string& values) {
        return "<topology version=\"2.0\">\n<object type=\"NUMANode\" os_index=\"0\"/>\n"
               "<distances2 name=\"NUMALatency\" indexing=\"os\"><indexes>0</indexes><u64values>" +
               values + "</u64values></distances2></topology>";
    };
    CHECK(parse_document("hwloc", matrix(" 10\n"), "file").numa_nodes.at(0).distances == std::vector<int>{10});
    // The third value, which is no number, is not reached.
    CHECK(refusal("hwloc", matrix("10 20 x")) ==
          "file:3:1: NUMALatency: expected a square matrix of NUMA nodes with indexing \"os\"");
    CHECK(refusal("hwloc", matrix("x")) == "file:3:66: \"x\" in <u64values>: expected a whole number");
}

TEST_CASE("lists and masks of CPUs are refused where no kernel writes them", "[documents]") {
    std::string every_second = "0";
    for (int cpu = 2; cpu < 8192; cpu += 2) every_second += fmt::format(",{}", cpu);
    CHECK(detail::mask_of_cpu_list(every_second)->starts_with("55555555,"));
    CHECK(detail::mask_of_cpu_list("0-8191,0-8191") == std::nullopt);
    CHECK(detail::mask_of_cpu_list("1,0") == std::nullopt);
    CHECK(detail::mask_of_cpu_list(std::string(70000, ',')) == std::nullopt);
    CHECK(detail::cpu_list_of_mask(std::string(70000, ',')) == std::nullopt);
}
