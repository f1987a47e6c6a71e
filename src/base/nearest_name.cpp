// SPDX-License-Identifier: Apache-2.0
#include "base/nearest_name.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace r1cluster::detail {
namespace {

constexpr std::size_t most_compared = 64;

/// Levenshtein's, one row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view mistyped, const std::vector<std::string>& names) {
    mistyped = mistyped.substr(0, most_compared);
    const auto distance = [&](const std::string& name) { return edit_distance(mistyped, name); };
    const auto nearest = std::ranges::min_element(names, {}, distance);
    const std::size_t limit = std::max<std::size_t>(2, mistyped.size() / 4);
    return nearest == names.end() || distance(*nearest) > limit ? std::nullopt : std::optional(*nearest);
}

}  // namespace r1cluster::detail
