// SPDX-License-Identifier: Apache-2.0
// The recordings of tests/machines: what they mean. tests/fuzz/damaged_recordings.cpp breaks them.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "facts/golden_subjects.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "r1cluster/host/read/read.hpp"
#include "r1cluster/views/views.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

const std::string machines = std::string(R1CLUSTER_SOURCE_DIR) + "/tests/machines/";

constexpr std::ptrdiff_t max_golden_lines = 150;

std::vector<std::string> goldens_of(const std::string& name) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(machines + name)) {
        if (entry.path().filename().string().ends_with(".expected.txt")) files.push_back(entry.path().string());
    }
    return files;
}

/// Compares NAME/SUBJECT.expected.txt, or writes these files anew.
void check_expected(const std::string& name) {
    std::map<std::string, std::string> expected;
    for (const auto& [subject, text] : golden_subjects(interpret(load_recording(machines + name))))
        expected[machines + name + "/" + subject + ".expected.txt"] = text;
    if (std::getenv("R1CLUSTER_UPDATE_GOLDEN")) {
        for (const std::string& file : goldens_of(name)) std::filesystem::remove(file);
        for (const auto& [file, text] : expected) std::ofstream(file) << text;
    }
    std::map<std::string, std::string> found;
    for (const std::string& file : goldens_of(name)) found[file] = read_text_file(file);
    for (const auto& [file, text] : expected) {
        INFO(file << ": R1CLUSTER_UPDATE_GOLDEN=1 writes it anew; read the difference");
        CHECK(found[file] == text);
        INFO("nobody reviews a golden of more lines: cut the subject");
        CHECK(std::count(text.begin(), text.end(), '\n') <= max_golden_lines);
    }
    CHECK(found.size() == expected.size());
}

}  // namespace

TEST_CASE("recordings mean what the files beside them say, subject by subject", "[facts]") {
    const std::string name = GENERATE(as<std::string>(), "cpu-2core-vm", "h100-2x8-edited", "h200-2gpu-vm",
                                      "h200-2gpu-vm-from-text", "h200-2gpu-vm-whole");
    check_expected(name);
}

TEST_CASE("h200-2gpu-vm-from-text has two GPUs over NVLink and no NUMA node", "[facts]") {
    const Machine machine = interpret(load_recording(machines + "h200-2gpu-vm-from-text")).machines.at(0);
    REQUIRE(machine.gpus.size() == 2);
    CHECK(machine.gpus[1].memory_bytes == 150754820096);
    CHECK(active_nvlinks(machine.gpus[1]) == 18);
    CHECK(machine.gpus[1].numa_node == std::nullopt);
    REQUIRE(machine.find_path("gpu0", "gpu1"));
    CHECK(machine.find_path("gpu1", "gpu0")->path == "NV18");
}

TEST_CASE("scrubbing changes no fact but names and addresses", "[facts]") {
    for (const char* name : {"cpu-2core-vm", "h100-2x8-edited"}) {
        const Recording recording = load_recording(machines + name);
        Cluster before = interpret(recording);
        Cluster after = interpret(scrub(recording).recording);
        REQUIRE(after.machines.size() == before.machines.size());
        for (std::size_t i = 0; i < before.machines.size(); ++i) {
            const Machine& a = before.machines[i];
            const Machine& b = after.machines[i];
            CHECK(a.cpu == b.cpu);
            CHECK(a.limits == b.limits);
            CHECK(a.device_paths == b.device_paths);
            CHECK(a.gaps == b.gaps);
            CHECK(a.engine->packages == b.engine->packages);
            CHECK(a.nics.size() == b.nics.size());
        }
        for (std::size_t i = 0; i < before.paths.size(); ++i) {
            CHECK(after.paths[i].interface == before.paths[i].interface);
        }
    }
}

TEST_CASE("h200-2gpu-vm-whole is what nvidia-smi said on that machine", "[facts]") {
    // docs/measurements/2026-11-22-discovery-two-h200.log has nvidia-smi's words.
    const Machine machine = interpret(load_recording(machines + "h200-2gpu-vm-whole")).machines.at(0);
    REQUIRE(machine.gpus.size() == 2);
    const Gpu& gpu = machine.gpus[1];
    CHECK(gpu.pci_address == "0000:00:07.0");
    CHECK(gpu.cpu_affinity == "0-31");
    CHECK(gpu.memory_bytes.value_or(0) >> 20U == 143771);
    CHECK(gpu.vbios_version == "96.00.A5.00.1A");
    CHECK(gpu.link == PciLink{32, 16, 32, 16});
    CHECK(gpu.nvlinks.size() == 18);
    CHECK(gpu.nvlinks[17].speed_mbps == 26562);
    CHECK(machine.find_path("gpu0", "gpu1")->path == "NV18");
    CHECK(machine.find_path("gpu0", "gpu1")->nccl_bandwidth_gbytes_per_s == Approx(370.8));
    CHECK(machine.problems.empty());
}
