// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

namespace r1cluster::fuzz {

/// Cuts an input of several texts: each begins with a line of its length in decimal. A length that is no number, or
/// more than there is, means all that is left; so any bytes are some list of texts, and corpus files can be read.
inline std::vector<std::string_view> parts(std::string_view bytes) {
    constexpr std::size_t most_parts = 64;
    std::vector<std::string_view> found;
    while (!bytes.empty() && found.size() < most_parts) {
        const std::size_t line_end = bytes.find('\n');
        std::size_t length = 0, digits = 0;
        while (digits < 7 && digits < bytes.size() && bytes[digits] >= '0' && bytes[digits] <= '9') {
            length = length * 10 + static_cast<std::size_t>(bytes[digits++] - '0');
        }
        if (digits == 0 || line_end != digits) {
            found.push_back(bytes);
            break;
        }
        bytes.remove_prefix(line_end + 1);
        length = std::min(length, bytes.size());
        found.push_back(bytes.substr(0, length));
        bytes.remove_prefix(length);
    }
    return found;
}

/// The same, with an empty text for each that is not there.
inline std::string_view part(const std::vector<std::string_view>& list, std::size_t index) {
    return index < list.size() ? list[index] : std::string_view();
}

}  // namespace r1cluster::fuzz
