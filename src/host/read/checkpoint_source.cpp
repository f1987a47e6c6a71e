// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <sstream>

#include "host/read/digest.hpp"
#include "host/read/files.hpp"
#include "host/read/sources.hpp"

namespace r1cluster {
namespace {

constexpr std::size_t config_limit_bytes = 4 << 20;
constexpr std::size_t index_limit_bytes = 128 << 20;       // R1's has 8.9 MB
constexpr std::uint64_t header_limit_bytes = 100'000'000;  // of the reference reader: safetensors/src/tensor.rs
constexpr std::uint64_t all_headers_limit_bytes = 1ULL << 30;
constexpr std::size_t max_shards = 10'000;

constexpr auto config_name = "config.json";
constexpr auto index_name = "model.safetensors.index.json";

std::vector<std::string> shard_names(const std::string& folder) {
    const Answer listing = detail::listing_answer(folder);
    if (!listing.text) throw Error(ErrorKind::not_found, folder, listing.because);
    std::vector<std::string> names;
    std::istringstream lines(*listing.text);
    for (std::string name; std::getline(lines, name);) {
        if (name.ends_with(".safetensors")) names.push_back(name);
    }
    if (names.size() > max_shards) {
        throw Error(ErrorKind::invalid_input, folder,
                    fmt::format("{} shards, at most {} are read", names.size(), max_shards));
    }
    return names;
}

/// The header alone; of the weights nothing is read.
ShardText read_shard(const std::string& folder, const std::string& name) {
    ShardText shard;
    shard.name = name;
    shard.header = detail::answer([&]() -> std::string {
        const detail::OpenFile file(folder + "/" + name);
        shard.size_bytes = file.size_bytes();
        const std::string length = file.read(0, 8);
        const auto refuse = [&](const std::string& because) -> std::string {
            throw Error(ErrorKind::invalid_input, name, because);
        };
        if (length.size() < 8)
            return refuse(fmt::format("a file of {} bytes, too short for a header", shard.size_bytes));
        for (std::size_t i = 8; i-- > 0;) {
            shard.declared_header_bytes = shard.declared_header_bytes << 8U | static_cast<unsigned char>(length[i]);
        }
        const std::uint64_t declared = shard.declared_header_bytes;
        if (declared > header_limit_bytes || declared > shard.size_bytes - 8) {
            return refuse(fmt::format("a header of {} bytes in a file of {}", declared, shard.size_bytes));
        }
        std::string header = file.read(8, static_cast<std::size_t>(declared));
        if (header.size() < declared) return refuse("the file became shorter while it was read");
        if (!header.starts_with('{')) return refuse("the header does not begin with '{'");
        return header;
    });
    return shard;
}

/// A file that may be absent: then empty.
std::string read_if_there(const std::string& path, std::size_t limit_bytes) {
    try {
        return detail::OpenFile(path).read_all(limit_bytes);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::not_found) return "";
        throw;
    }
}

}  // namespace

CheckpointText read_checkpoint(const std::string& path) {
    try {
        CheckpointText checkpoint{path,
                                  read_text_file(path + "/" + config_name, config_limit_bytes),
                                  read_if_there(path + "/" + index_name, index_limit_bytes),
                                  {}};
        std::uint64_t total_bytes = 0;
        for (const std::string& name : shard_names(path)) {
            checkpoint.shards.push_back(read_shard(path, name));
            total_bytes += checkpoint.shards.back().header.text.value_or("").size();
            if (total_bytes > all_headers_limit_bytes) {
                throw Error(ErrorKind::invalid_input, path, "headers of more than 1 GiB together");
            }
        }
        return checkpoint;
    } catch (const Error& error) {
        throw Error(error.kind(), path,
                    fmt::format("reading the checkpoint \"{}\": {}; expected a folder with {} and *.safetensors", path,
                                error.what(), config_name));
    }
}

void detail::read_checkpoint_digest(const std::string& path, Readings& readings) {
    readings.files[path + "/" + config_name] = file_answer(path + "/" + config_name, config_limit_bytes);
    readings.calls["checkpoint(" + path + ")"] = answer([&] {
        const std::vector<std::string> names = shard_names(path);
        const auto digest_of = [&](const char* name, std::size_t limit_bytes) {
            const std::string text = read_if_there(path + "/" + name, limit_bytes);
            return text.empty() ? "" : detail::sha256_hex(text);
        };
        calls::Checkpoint digest{
            digest_of(config_name, config_limit_bytes), digest_of(index_name, index_limit_bytes), {}};
        for (const std::string& name : names) {
            const ShardText shard = read_shard(path, name);
            digest.shards.push_back({name, shard.size_bytes,
                                     shard.header.text ? detail::sha256_hex(*shard.header.text) : "",
                                     shard.header.because});
        }
        return calls::to_text(digest);
    });
}

}  // namespace r1cluster
