// SPDX-License-Identifier: Apache-2.0
// Writes the 163 files of DeepSeek-R1 without weights: headers from the published shapes, then a hole up to the size
// that the real files have. Usage: write_r1_headers FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "host/example/deepseek_r1.hpp"

namespace {

void write_shard(const std::filesystem::path& path, const r1cluster::ShardText& shard) {
    std::ofstream file(path, std::ios::binary);
    for (int i = 0; i < 8; ++i) file.put(static_cast<char>(shard.declared_header_bytes >> (8 * i) & 0xff));
    file << shard.header.text.value();
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path.string());
    std::filesystem::resize_file(path, shard.size_bytes);
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 2) {
        std::fprintf(stderr, "usage: write_r1_headers FOLDER\n");
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    const r1cluster::CheckpointText text = r1cluster::detail::deepseek_r1_text(argv[1]);
    std::uint64_t bytes = 0;
    for (const r1cluster::ShardText& shard : text.shards) {
        write_shard(folder / shard.name, shard);
        bytes += shard.size_bytes;
    }
    std::ofstream(folder / "config.json") << text.config;
    std::ofstream(folder / "model.safetensors.index.json") << text.index;
    std::printf("%zu files of %llu bytes\n", text.shards.size(), static_cast<unsigned long long>(bytes));
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
}
