// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "model/headers/index.hpp"

namespace r1cluster::detail {

/// Reads an index as writers of checkpoints write it: an object of "metadata" and "weight_map", plain ASCII without
/// escapes, any white space. nullopt for any other text, and for any that is wrong in any way; it accepts nothing that
/// parse_index_strictly refuses, and finds the same (tests/model/plain_header_test.cpp).
std::optional<Index> read_plain_index(std::string_view text);

}  // namespace r1cluster::detail
