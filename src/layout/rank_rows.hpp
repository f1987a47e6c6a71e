// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/layout/layout.hpp"

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

}  // namespace r1cluster::detail
