// SPDX-License-Identifier: Apache-2.0
// Gives every file of the kept corpus to its target, with any compiler: CORPUS/<target>/<file>.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/targets.hpp"

namespace {

namespace fs = std::filesystem;
using namespace r1cluster;

struct Target {
    const char* name;
    void (*run)(std::string_view);
};

constexpr Target targets[] = {
    {"spec", fuzz::spec},           {"safetensors", fuzz::safetensors},
    {"config", fuzz::config},       {"checkpoint", fuzz::checkpoint},
    {"recording", fuzz::recording}, {"json", fuzz::json},
    {"frame", fuzz::frame},         {"engine_log", fuzz::engine_log},
    {"interpret", fuzz::interpret}, {"nccl_topology", fuzz::nccl_topology},
    {"hwloc", fuzz::hwloc},         {"nvidia_smi", fuzz::nvidia_smi},
    {"lspci", fuzz::lspci},         {"topo_matrix", fuzz::topo_matrix},
    {"import", fuzz::import},       {"engine_plan", fuzz::engine_plan},
    {"knowledge", fuzz::knowledge},
};

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// How many files were given to it.
int replay(const Target& target, const fs::path& folder) {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
        std::printf("%s\n", file.c_str());
        std::fflush(stdout);  // so that the last line names the file that ended us
        target.run(content(file));
    }
    return static_cast<int>(files.size());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: fuzz_replay CORPUS\n");
        return 2;
    }
    for (const Target& target : targets) {
        if (replay(target, fs::path(argv[1]) / target.name) == 0) {
            std::fprintf(stderr, "%s has no corpus\n", target.name);
            return 1;
        }
    }
}
