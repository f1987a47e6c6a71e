// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/plan/layout.hpp"

namespace r1cluster::detail {

/// Ranks that are alike, as a line of a table.
struct RankRow {
    std::string ranks;   ///< "0-7"
    std::string host;    ///< "a", or "a ... p"
    std::string gpus;    ///< "0-7", "CPU"
    std::string layers;  ///< "0-30", or "8 each"
    std::string weights;
    std::string memory;
    std::string tokens;
    bool is_least = false;
};

/// One row for equal ranks of a host; where that makes too many rows, one for equal ranks that follow each other.
std::vector<RankRow> rank_rows(const Layout& layout);

/// "TP 8 x PP 2, layers 31,30 (to be set)".
std::string headline(const Layout& layout);
/// "651,000 (587,000 to 733,000)", "67,108,864", "unknown".
std::string in_words(const std::optional<WholeInterval>& tokens);
/// "9.2 ms (7.1 to 12)".
std::string in_words(const Interval& interval, const std::string& unit);
/// "256 requests of 1,024 + 1,024 tokens".
std::string in_words(const Workload& workload);

}  // namespace r1cluster::detail
