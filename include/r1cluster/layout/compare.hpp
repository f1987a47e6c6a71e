// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/layout/layout.hpp"

namespace r1cluster {

/// Which of two layouts is better in one respect.
enum class BetterLayout {
    neither,  ///< it is no matter of better and worse, or a forecast is missing, or the loads differ
    first,    ///< the first layout is better
    second,   ///< the second layout is better
};
std::string_view to_text(BetterLayout better);

/// One thing in which two layouts differ.
struct LayoutDifference {
    std::string what;    ///< "time to first token", "KV cache"
    std::string first;   ///< as the first layout has it: "8.1 ms (7.1 to 12)"
    std::string second;  ///< as the second layout has it
    BetterLayout better =
        BetterLayout::neither;  ///< by the likely values; forecasts that overlap may be equal in truth
    bool operator==(const LayoutDifference&) const = default;
};

/// Sizes, partition, ranks, room for tokens and speed of two layouts, as far as they differ; empty: in none of these.
std::vector<LayoutDifference> compare(const Layout& first, const Layout& second);

/// For a terminal: a row for each difference, the better side marked with "*".
std::string show(const std::vector<LayoutDifference>& differences);

}  // namespace r1cluster
