// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Numbers in the lines of an engine's log, each by the words before it.

#include <cstdint>
#include <optional>
#include <string_view>

namespace r1cluster::detail {

/// The digits after `marker`: "took 15.0 GiB" is 15.
std::optional<double> number_after(std::string_view line, std::string_view marker);
/// A rank, a size or another small whole number.
std::optional<int> index_after(std::string_view line, std::string_view marker);
/// Engines count 2^30 bytes, whether they write GB or GiB.
std::optional<std::uint64_t> gib_after(std::string_view line, std::string_view marker);

}  // namespace r1cluster::detail
