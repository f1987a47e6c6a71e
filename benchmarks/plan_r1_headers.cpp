// SPDX-License-Identifier: Apache-2.0
// From the headers of R1 on disk to the shard plan of 16 ranks, TP8 x PP2 over two hosts, on one thread. Prints where
// the time went and the most memory that was resident. Usage: plan_r1_headers FOLDER [--index]
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "r1cluster/model/checkpoint.hpp"
#include "r1cluster/shard/shard_plan.hpp"

namespace {

using namespace r1cluster;

using Clock = std::chrono::steady_clock;

/// Of this process, in user and kernel code: what others do on a shared machine does not count.
double cpu_ms() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
}

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(std::filesystem::file_size(path), '\0');
    if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) throw std::runtime_error(path.string());
    return text;
}

/// Into a ShardText whose memory the one before had.
void read_header(const std::filesystem::path& path, ShardText& shard) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    unsigned char length[8];
    if (file < 0 || fstat(file, &status) != 0 || pread(file, length, 8, 0) != 8)
        throw std::runtime_error(path.string());
    shard.name = path.filename().string();
    shard.size_bytes = static_cast<std::uint64_t>(status.st_size);
    shard.declared_header_bytes = 0;
    for (int i = 7; i >= 0; --i) shard.declared_header_bytes = shard.declared_header_bytes << 8 | length[i];
    if (!shard.header.text) shard.header.text.emplace();
    shard.header.text->resize(std::min<std::uint64_t>(shard.declared_header_bytes, 100'000'000));
    const ssize_t read = pread(file, shard.header.text->data(), shard.header.text->size(), 8);
    close(file);
    if (read != static_cast<ssize_t>(shard.header.text->size())) throw std::runtime_error(path.string());
}

Layout two_hosts_of_eight() {
    Layout layout;
    layout.tensor_parallel = 8;
    layout.pipeline_parallel = 2;
    layout.layers_per_stage = {31, 30};
    for (int rank = 0; rank < 16; ++rank) {
        RankPlacement placement;
        placement.rank = rank;
        placement.tensor_rank = rank % 8;
        placement.pipeline_rank = rank / 8;
        placement.host = rank < 8 ? "a" : "b";
        placement.first_layer = rank < 8 ? 0 : 31;
        placement.layer_count = rank < 8 ? 31 : 30;
        layout.ranks.push_back(placement);
    }
    return layout;
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 2 || argc > 3 || (argc == 3 && std::strcmp(argv[2], "--index") != 0)) {
        std::fprintf(stderr, "usage: plan_r1_headers FOLDER [--index]\n");
        return 2;
    }
    const auto begin = Clock::now();
    const double cpu_begin = cpu_ms();
    const std::filesystem::path folder = argv[1];
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".safetensors") paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    CheckpointParser parser(folder.string(), read_text(folder / "config.json"),
                            argc == 3 ? read_text(folder / "model.safetensors.index.json") : "");
    ShardText shard;
    for (const std::filesystem::path& path : paths) {
        read_header(path, shard);
        parser.add(shard);
    }
    const double parsed = cpu_ms() - cpu_begin;
    const Checkpoint checkpoint = parser.finish();
    const double checked = cpu_ms() - cpu_begin;
    const ShardPlan plan = r1cluster::plan_shards(two_hosts_of_eight(), checkpoint);
    const double planned = cpu_ms() - cpu_begin;
    const double planned_wall = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();

    std::uint64_t slices = 0, bytes = 0;
    for (std::size_t i = 0; i < plan.ranks.size(); ++i) {
        for (const Slice& slice : plan.slices(i)) {
            ++slices;
            bytes += slice.bytes();
        }
    }
    const double walked = cpu_ms() - cpu_begin;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("wall_ms %.2f cpu_ms %.2f\n", planned_wall, planned);
    std::printf("  cpu: reading and parsing %.2f, checking %.2f, sharding %.2f; then walking all slices %.2f\n", parsed,
                checked - parsed, planned - checked, walked - planned);
    std::printf("  %zu tensors, %llu slices of %llu bytes for 16 ranks; hosts %llu and %llu bytes; peak %.1f MB\n",
                checkpoint.tensor_count(), static_cast<unsigned long long>(slices),
                static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(plan.hosts.at(0).bytes),
                static_cast<unsigned long long>(plan.hosts.at(1).bytes),
                static_cast<double>(usage.ru_maxrss) * 1024 / 1e6);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
}
