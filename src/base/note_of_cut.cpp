// SPDX-License-Identifier: Apache-2.0
#include "base/note_of_cut.hpp"

#include <fmt/format.h>

namespace r1cluster::detail {

std::string note_of_cut(std::uint64_t bytes) {
    return fmt::format("[r1cluster: {} bytes of this log are left out here]", bytes);
}

bool is_note_of_cut(std::string_view line) {
    return line.starts_with("[r1cluster: ") && line.find(" bytes of this log ") != std::string_view::npos;
}

}  // namespace r1cluster::detail
