// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace r1cluster::knowledge {

/// A model as its publisher offers it, in several sizes.
struct FamilyMember {
    std::string_view name;
    std::string_view family;
    double parameters = 0;
    double weight_bytes = 0;  ///< of its checkpoint
    std::string_view architecture;
    std::int64_t hidden_size = 0, intermediate_size = 0, layers = 0;
    std::int64_t attention_heads = 0, kv_heads = 0, head_dim = 0;
    std::int64_t vocabulary_size = 0;
    std::string_view source;
};

/// The member of this shape, or nullptr.
const FamilyMember* find_member(std::string_view architecture, std::int64_t hidden_size, std::int64_t intermediate_size,
                                std::int64_t layers);
/// The members of its family that are smaller, largest first.
std::span<const FamilyMember> smaller_members(const FamilyMember& member);

}  // namespace r1cluster::knowledge
