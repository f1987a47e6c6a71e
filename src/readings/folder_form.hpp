// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The JSON files of the folder form, written by to_folder and read by from_folder.

#include <array>
#include <string_view>

#include "readings/describe.hpp"

namespace r1cluster::detail {

constexpr int folder_version = 1;
constexpr std::size_t max_hosts = 4096;
constexpr std::size_t max_shards = 10'000;

/// Readings::documents, as import.hpp lists them.
constexpr std::array<std::string_view, 5> document_kinds{"nccl_topology", "hwloc", "nvidia_smi", "lspci",
                                                         "topo_matrix"};

/// recording.json
struct RecordingIndex {
    std::vector<std::string> hosts;
    bool has_checkpoint = false;
    std::vector<PathProbe> probes;
};
BOOST_DESCRIBE_STRUCT(RecordingIndex, (), (hosts, has_checkpoint, probes))

/// checkpoint/checkpoint.json; the headers themselves are files of their own.
struct ShardEntry {
    std::string name;
    std::uint64_t size_bytes = 0;
    std::uint64_t declared_header_bytes = 0;
    std::string because;             ///< why there is no header file
    std::optional<ReasonCode> code;  ///< of `because`
};
BOOST_DESCRIBE_STRUCT(ShardEntry, (), (name, size_bytes, declared_header_bytes, because, code))
template <>
inline constexpr std::string_view later_field<ShardEntry> = "code";

struct CheckpointIndex {
    std::string path;
    std::vector<ShardEntry> shards;
};
BOOST_DESCRIBE_STRUCT(CheckpointIndex, (), (path, shards))

constexpr auto recording_file = "recording.json";
constexpr auto checkpoint_file = "checkpoint/checkpoint.json";
constexpr auto config_file = "checkpoint/config.json";
constexpr auto index_file = "checkpoint/model.safetensors.index.json";
inline std::string header_file(std::string_view encoded_shard) {
    return "checkpoint/headers/" + std::string(encoded_shard) + ".json";
}

}  // namespace r1cluster::detail
