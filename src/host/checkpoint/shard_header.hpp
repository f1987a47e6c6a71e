// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "r1cluster/readings/readings.hpp"

namespace r1cluster::detail {

constexpr std::uint64_t length_field_bytes = 8;
constexpr std::uint64_t all_headers_limit_bytes = 1ULL << 30;

/// Takes what the first 8 bytes of a shard say into `shard.declared_header_bytes`. Throws Error (invalid_input) with
/// the bare reason where there can be no such header; `shard.size_bytes` is set.
void read_declared_length(ShardText& shard, const std::string& first_bytes);

/// The same for the header itself, once it was read.
void check_header_text(const ShardText& shard, const std::string& header);

}  // namespace r1cluster::detail
