// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// The line that stands for what is left out of a log's text: "[r1cluster: 12 bytes of this log are left out here]".
std::string note_of_cut(std::uint64_t bytes);
/// Whether a line is one, or the one in which a guard says that the disk was full.
bool is_note_of_cut(std::string_view line);

}  // namespace r1cluster::detail
