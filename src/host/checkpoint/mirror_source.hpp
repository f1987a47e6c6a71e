// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/host/checkpoint/checkpoint.hpp"

namespace r1cluster::detail {

constexpr auto config_name = "config.json";
constexpr auto index_name = "model.safetensors.index.json";
constexpr std::size_t config_limit_bytes = 4 << 20;
constexpr std::size_t index_limit_bytes = 64'000'000;  // of parse_checkpoint(); R1's has 8.9 million

/// read_checkpoint() of an address: config.json, the index, and of each shard its first 8 bytes and then its header,
/// by Range requests over several connections.
CheckpointText read_mirror(const std::string& address, const CheckpointOptions& options);

}  // namespace r1cluster::detail
