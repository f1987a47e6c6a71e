// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace r1cluster::detail {

/// `rows` runs of `run_bytes`, `stride_bytes` apart; where in a file does not matter here.
struct Runs {
    std::uint64_t offset_bytes = 0;
    std::uint64_t rows = 0;
    std::uint64_t run_bytes = 0;
    std::uint64_t stride_bytes = 0;

    std::uint64_t end_bytes() const { return offset_bytes + (rows - 1) * stride_bytes + run_bytes; }
    auto operator<=>(const Runs&) const = default;
};

/// One form for the same bytes: rows that touch are one row, one row has no stride, pieces that touch are one
/// piece; ordered, without what is there twice.
std::vector<Runs> one_form(std::vector<Runs> pieces);

/// How many bytes are in at least one of these pieces of one tensor.
std::uint64_t covered_bytes(const std::vector<Runs>& pieces);

}  // namespace r1cluster::detail
