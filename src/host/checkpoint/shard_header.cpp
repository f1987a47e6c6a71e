// SPDX-License-Identifier: Apache-2.0
#include "host/checkpoint/shard_header.hpp"

#include <fmt/format.h>

#include "r1cluster/base/error.hpp"
#include "r1cluster/model/safetensors.hpp"

namespace r1cluster::detail {
namespace {

constexpr auto became_shorter = "the file became shorter while it was read";

[[noreturn]] void refuse(const ShardText& shard, const std::string& because) {
    throw Error(ErrorKind::invalid_input, shard.name, because);
}

}  // namespace

void read_declared_length(ShardText& shard, const std::string& first_bytes) {
    if (first_bytes.size() < length_field_bytes && shard.size_bytes >= length_field_bytes) {
        refuse(shard, became_shorter);
    }
    if (first_bytes.size() < length_field_bytes) {
        refuse(shard, fmt::format("a file of {} bytes, too short for a header", shard.size_bytes));
    }
    for (std::size_t i = length_field_bytes; i-- > 0;) {
        shard.declared_header_bytes = shard.declared_header_bytes << 8U | static_cast<unsigned char>(first_bytes[i]);
    }
    const std::string refusal = header_length_refusal(shard.declared_header_bytes, shard.size_bytes);
    if (!refusal.empty()) refuse(shard, refusal);
}

void check_header_text(const ShardText& shard, const std::string& header) {
    if (header.size() < shard.declared_header_bytes) refuse(shard, became_shorter);
    if (!header.starts_with('{')) refuse(shard, "the header does not begin with '{'");
}

}  // namespace r1cluster::detail
