// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A layout, and what is forecast of it, as every view writes it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "layout/layout_sizes.hpp"
#include "r1cluster/layout/layout.hpp"

namespace r1cluster::detail {

/// "TP 8 x PP 2", "TP 8 x PP 1 x DP 2, EP, DCP 4".
std::string in_words(const LayoutSizes& sizes);
/// "31,30".
std::string joined(const std::vector<int>& partition);
/// "651,000".
std::string tokens_text(std::int64_t tokens);

/// "TP 8 x PP 2, layers 31,30 (to be set)".
std::string headline(const Layout& layout);
/// "651,000 (587,000 to 733,000)", "67,108,864", "unknown".
std::string in_words(const std::optional<WholeInterval>& tokens);
/// "9.2 ms (7.1 to 12)".
std::string in_words(const Interval& interval, const std::string& unit);
/// "256 requests of 1,024 + 1,024 tokens".
std::string in_words(const Workload& workload);

}  // namespace r1cluster::detail
