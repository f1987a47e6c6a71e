// SPDX-License-Identifier: Apache-2.0
// The recordings of tests/machines: what they mean, and that no damage to one brings the reader down.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "facts/describe.hpp"
#include "r1cluster/facts/documents.hpp"
#include "r1cluster/facts/views.hpp"
#include "r1cluster/host/read.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

const std::string machines = std::string(R1CLUSTER_SOURCE_DIR) + "/tests/machines/";

std::string described(const Cluster& cluster) { return detail::print_json(detail::to_value(cluster)); }

void check_expected(const std::string& name) {
    INFO(name);
    const std::string file = machines + name + "/machine.expected.json";
    const Cluster cluster = interpret(load_recording(machines + name));
    if (std::getenv("R1CLUSTER_UPDATE_GOLDEN")) std::ofstream(file) << described(cluster);
    CHECK(described(cluster) == read_text_file(file));
}

/// One change of the kinds that a broken disk, a cut transfer or an enemy makes.
void damage(Folder& folder, std::mt19937& random) {
    auto place = folder.begin();
    std::advance(place, static_cast<std::ptrdiff_t>(random() % folder.size()));
    std::string& content = place->second;
    switch (random() % 4) {
        case 0: folder.erase(place); return;
        case 1: content.resize(content.empty() ? 0 : random() % content.size()); return;
        case 2:
            if (!content.empty()) content[random() % content.size()] = static_cast<char>(random());
            return;
        default:
            // Digits keep JSON whole, and the numbers in it wild.
            for (char& c : content) {
                if (c >= '0' && c <= '9' && random() % 4 == 0) c = static_cast<char>('0' + random() % 10);
            }
    }
}

/// The first host as other tools would describe it too.
Recording with_documents(Recording recording) {
    Readings& host = recording.hosts.at(0);
    const Machine machine = interpret(host);
    host.documents["nccl_topology"] = to_nccl_topology(machine);
    host.documents["topo_matrix"] = "\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \tNV18\t0-31\nGPU1\tNV18\t X \t0-31\n";
    host.documents["lspci"] =
        "00:06.0 3D controller: NVIDIA Corporation Device 2335 (rev a1)\n\tNUMA node: 0\n"
        "\t\tLnkCap:\tPort #0, Speed 32GT/s, Width x16, ASPM L1\n\t\tLnkSta:\tSpeed 32GT/s (ok), Width x8 "
        "(downgraded)\n";
    return recording;
}

}  // namespace

TEST_CASE("cpu-2core-vm means what it says", "[facts]") { check_expected("cpu-2core-vm"); }
TEST_CASE("h200-2gpu-vm-from-text means what it says", "[facts]") { check_expected("h200-2gpu-vm-from-text"); }
TEST_CASE("h200-2gpu-vm means what it says", "[facts]") { check_expected("h200-2gpu-vm"); }
TEST_CASE("h100-2x8-edited means what it says", "[facts]") { check_expected("h100-2x8-edited"); }

TEST_CASE("h200-2gpu-vm-from-text has two GPUs over NVLink and no NUMA node", "[facts]") {
    const Machine machine = interpret(load_recording(machines + "h200-2gpu-vm-from-text")).machines.at(0);
    REQUIRE(machine.gpus.size() == 2);
    CHECK(machine.gpus[1].memory_bytes == 150754820096);
    CHECK(active_nvlinks(machine.gpus[1]) == 18);
    CHECK(machine.gpus[1].numa_node == std::nullopt);
    REQUIRE(find_path(machine, "gpu0", "gpu1"));
    CHECK(find_path(machine, "gpu1", "gpu0")->path == "NV18");
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

TEST_CASE("h200-2gpu-vm-whole means what it says", "[facts]") { check_expected("h200-2gpu-vm-whole"); }

TEST_CASE("h200-2gpu-vm-whole is what nvidia-smi said on that machine", "[facts]") {
    // docs/measurements/2026-11-22-discovery-two-h200.log has nvidia-smi's words.
    const Machine machine = interpret(load_recording(machines + "h200-2gpu-vm-whole")).machines.at(0);
    REQUIRE(machine.gpus.size() == 2);
    const Gpu& gpu = machine.gpus[1];
    CHECK(gpu.pci_address == "0000:00:07.0");
    CHECK(gpu.cpu_affinity == "0-31");
    CHECK(gpu.memory_bytes >> 20U == 143771);
    CHECK(gpu.vbios_version == "96.00.A5.00.1A");
    CHECK(gpu.link == PciLink{32, 16, 32, 16});
    CHECK(gpu.nvlinks.size() == 18);
    CHECK(gpu.nvlinks[17].speed_mbps == 26562);
    CHECK(find_path(machine, "gpu0", "gpu1")->path == "NV18");
    CHECK(find_path(machine, "gpu0", "gpu1")->nccl_bandwidth_gbytes_per_s == Approx(370.8));
    CHECK(machine.problems.empty());
}

TEST_CASE("1,000 damaged recordings are refused or shown, and never more", "[facts]") {
    std::mt19937 random(20261122);
    const std::vector<Folder> whole{to_folder(load_recording(machines + "cpu-2core-vm")),
                                    to_folder(load_recording(machines + "h200-2gpu-vm-from-text")),
                                    to_folder(load_recording(machines + "h100-2x8-edited")),
                                    to_folder(with_documents(load_recording(machines + "h200-2gpu-vm-whole")))};
    int refused = 0, shown = 0;
    for (int i = 0; i < 1000; ++i) {
        Folder folder = whole[static_cast<std::size_t>(i) % whole.size()];
        for (auto changes = 1 + random() % 3; changes > 0; --changes) damage(folder, random);
        try {
            const Cluster cluster = interpret(from_folder(folder));
            std::string text = show(cluster);
            for (const Machine& machine : cluster.machines) {
                text += show_html(machine) + show_matrix(machine) + to_nccl_topology(machine) + to_dot(machine);
            }
            CHECK_FALSE(text.empty());
            ++shown;
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::invalid_input);
            CHECK_FALSE(error.subject().empty());
            ++refused;
        }
    }
    CHECK(refused > 0);
    CHECK(shown > 0);
}
