// SPDX-License-Identifier: Apache-2.0
#include "shard/coverage.hpp"

#include <algorithm>
#include <utility>

namespace r1cluster::detail {
namespace {

using Range = std::pair<std::uint64_t, std::uint64_t>;  // begin, end

std::uint64_t length_of_union(std::vector<Range> ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::uint64_t length = 0, reached = 0;
    for (const auto& [begin, end] : ranges) {
        if (end <= reached) continue;
        length += end - std::max(begin, reached);
        reached = end;
    }
    return length;
}

/// Columns of one matrix: rows and stride alike, and no run reaches into the next row of another. They need no
/// list of their runs, of which R1 has millions.
bool are_columns(const std::vector<Runs>& pieces) {
    const Runs& first = pieces.front();  // has the least offset
    return std::all_of(pieces.begin(), pieces.end(), [&](const Runs& piece) {
        return piece.rows == first.rows && piece.stride_bytes == first.stride_bytes &&
               piece.offset_bytes + piece.run_bytes <= first.offset_bytes + first.stride_bytes;
    });
}

}  // namespace

std::vector<Runs> one_form(std::vector<Runs> pieces) {
    for (Runs& piece : pieces) {
        if (piece.rows == 1 || piece.stride_bytes == piece.run_bytes) {
            const std::uint64_t bytes = piece.rows * piece.run_bytes;
            piece = {piece.offset_bytes, 1, bytes, bytes};
        }
    }
    std::sort(pieces.begin(), pieces.end());
    std::vector<Runs> result;
    for (const Runs& piece : pieces) {
        if (!result.empty() && result.back() == piece) continue;
        if (!result.empty() && result.back().rows == 1 && piece.rows == 1 &&
            result.back().end_bytes() == piece.offset_bytes) {
            Runs& joined = result.back();
            joined.stride_bytes = joined.run_bytes += piece.run_bytes;
            continue;
        }
        result.push_back(piece);
    }
    return result;
}

std::uint64_t covered_bytes(const std::vector<Runs>& pieces) {
    const std::vector<Runs> sorted = one_form(pieces);
    if (sorted.empty()) return 0;
    std::vector<Range> ranges;
    if (are_columns(sorted)) {
        for (const Runs& piece : sorted) ranges.emplace_back(piece.offset_bytes, piece.offset_bytes + piece.run_bytes);
        return sorted.front().rows * length_of_union(std::move(ranges));
    }
    for (const Runs& piece : sorted) {
        for (std::uint64_t row = 0; row < piece.rows; ++row) {
            const std::uint64_t begin = piece.offset_bytes + row * piece.stride_bytes;
            ranges.emplace_back(begin, begin + piece.run_bytes);
        }
    }
    return length_of_union(std::move(ranges));
}

}  // namespace r1cluster::detail
