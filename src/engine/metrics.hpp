// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace r1cluster::detail {

/// A number that differs between two texts of /metrics when a row of a metric that counts differs. nullopt: the text
/// has no such row.
std::optional<std::size_t> progress_of_rows(std::string_view text, bool (*counts)(std::string_view metric));

}  // namespace r1cluster::detail
