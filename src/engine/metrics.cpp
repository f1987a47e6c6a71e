// SPDX-License-Identifier: Apache-2.0
#include "engine/metrics.hpp"

#include <algorithm>
#include <functional>

namespace r1cluster::detail {

std::optional<std::size_t> progress_of_rows(std::string_view text, bool (*counts)(std::string_view metric)) {
    std::optional<std::size_t> progress;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        if (counts(line.substr(0, line.find_first_of("{ "))))
            progress = progress.value_or(0) * 31 + std::hash<std::string_view>()(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return progress;
}

}  // namespace r1cluster::detail
