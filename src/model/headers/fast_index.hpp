// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "model/headers/index.hpp"

namespace r1cluster::detail {

/// Fast path for an index formatted as common writers format it: an object of "metadata" and "weight_map", ASCII
/// without escapes, any white space. Returns nullopt on any deviation; the strict parser then reports the error.
/// Accepts nothing that parse_index_strictly refuses, with the same result (tests/model/headers/fast_header_test.cpp).
std::optional<Index> read_fast_index(std::string_view text);

}  // namespace r1cluster::detail
