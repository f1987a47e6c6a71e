// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

namespace r1cluster::knowledge {

/// The first row for which `holds`; nullptr where there is none.
template <class Row, class Holds>
const Row* find_row(const std::vector<Row>& rows, Holds holds) {
    const auto found = std::ranges::find_if(rows, holds);
    return found == rows.end() ? nullptr : &*found;
}

}  // namespace r1cluster::knowledge
