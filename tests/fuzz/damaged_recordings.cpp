// SPDX-License-Identifier: Apache-2.0
// Damages the recordings of TESTS/machines and reads them: each is refused, or shown in every form. A test, and under
// the sanitizers a part of run.sh. The number of each is printed before it is read, so that the last line tells which
// one ended us; "damaged_recordings TESTS 1 NUMBER" reads it again.
#include <charconv>
#include <cstring>
#include <filesystem>
#include <random>
#include <set>

#include "fuzz/targets.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/documents/documents.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "r1cluster/host/read/read.hpp"
#include "r1cluster/views/views.hpp"

namespace {

namespace fs = std::filesystem;
using namespace r1cluster;

/// One change of the kinds that a broken disk, a cut transfer or an enemy makes.
void damage(Folder& folder, std::mt19937& random) {
    const auto any_file = [&] {
        return std::next(folder.begin(), static_cast<std::ptrdiff_t>(random() % folder.size()));
    };
    const auto place = any_file();
    std::string& content = place->second;
    switch (random() % 5) {
        case 0: folder.erase(place); return;
        case 1: content.resize(content.empty() ? 0 : random() % content.size()); return;
        case 2:
            if (!content.empty()) content[random() % content.size()] = static_cast<char>(random());
            return;
        case 3: std::swap(content, any_file()->second); return;
        default:
            // Digits keep JSON whole, and the numbers in it wild.
            for (char& c : content) {
                if (c >= '0' && c <= '9' && random() % 4 == 0) c = static_cast<char>('0' + random() % 10);
            }
    }
}

std::set<fs::path> entries(const fs::path& folder) { return {fs::directory_iterator(folder), {}}; }

/// Every recording, and one of them with what other tools would write about its host too.
std::vector<Folder> whole_recordings(const fs::path& tests) {
    std::vector<Folder> recordings;
    for (const fs::path& folder : entries(tests / "machines")) {
        recordings.push_back(to_folder(load_recording(folder.string())));
    }
    fuzz::expect(!recordings.empty(), "there are recordings");
    Recording recording = from_folder(recordings.back());
    for (const char* kind : {"nccl_topology", "hwloc", "nvidia_smi", "lspci", "topo_matrix"}) {
        for (const fs::path& file : entries(tests / "fuzz" / "corpus" / kind)) {
            std::string text = read_text_file(file.string());
            if (fuzz::accepted([&] { return parse_document(kind, text, "document"); })) {
                recording.hosts.front().documents[kind] = std::move(text);
            }
        }
    }
    fuzz::expect(recording.hosts.front().documents.size() == 5, "the corpus has a document of each kind");
    recordings.push_back(to_folder(recording));
    return recordings;
}

void show_everything(const Recording& recording) {
    fuzz::expect(from_folder(to_folder(recording)) == recording, "an accepted recording survives its folder form");
    const Cluster cluster = interpret(recording);
    fuzz::expect(!show(cluster).empty(), "a cluster can be shown");
    for (const Machine& machine : cluster.machines) {
        for (const std::string& text : {show_html(machine), show_matrix(machine), to_svg(machine), to_dot(machine),
                                        to_nccl_topology(machine), to_hwloc_text(machine), to_json(machine)}) {
            fuzz::expect(!text.empty(), "a machine can be shown");
        }
    }
    const Cluster scrubbed = interpret(scrub(recording).recording);
    fuzz::expect(scrubbed.machines.size() == cluster.machines.size(), "scrubbing keeps every host");
    show(compare(cluster, scrubbed));
}

unsigned number(const char* text) {
    unsigned value = 0;
    const char* end = text + std::strlen(text);
    if (const auto [last, error] = std::from_chars(text, end, value); error != std::errc{} || last != end) {
        std::fprintf(stderr, "usage: damaged_recordings TESTS COUNT [FIRST_NUMBER]\n");
        std::exit(2);
    }
    return value;
}

}  // namespace

int main(int argc, char** argv) {
    const unsigned count = number(argc > 2 ? argv[2] : ""), first = number(argc > 3 ? argv[3] : "0");
    const std::vector<Folder> whole = whole_recordings(argv[1]);
    int refused = 0, shown = 0;
    for (unsigned i = first; i - first < count; ++i) {
        std::printf("%u\n", i);
        std::fflush(stdout);
        std::mt19937 random(i);
        Folder folder = whole[i % whole.size()];
        for (auto changes = 1 + random() % 3; changes > 0; --changes) damage(folder, random);
        const auto recording = fuzz::accepted([&] { return from_folder(folder); });
        if (recording) show_everything(*recording);
        (recording ? shown : refused) += 1;
    }
    std::printf("%d shown, %d refused\n", shown, refused);
    fuzz::expect(count < 100 || (shown > 0 && refused > 0), "damage is neither always refused nor never");
}
