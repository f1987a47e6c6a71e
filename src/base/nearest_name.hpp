// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster::detail {

/// The name that somebody most likely meant by a mistyped one: the one with the least edit distance (Levenshtein), if
/// that is at most 2 or a quarter of the length. Nothing where no name is so near.
std::optional<std::string> nearest_name(std::string_view mistyped, const std::vector<std::string>& names);

}  // namespace r1cluster::detail
