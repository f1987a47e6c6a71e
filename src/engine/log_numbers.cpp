// SPDX-License-Identifier: Apache-2.0
#include "engine/log_numbers.hpp"

#include <charconv>
#include <cmath>
#include <string>

namespace r1cluster::detail {

std::optional<double> number_after(std::string_view line, std::string_view marker) {
    const std::size_t found = line.find(marker);
    if (found == std::string_view::npos) return std::nullopt;
    std::string digits;
    for (const char character : line.substr(found + marker.size())) {
        const bool is_part = (character >= '0' && character <= '9') || character == '.';
        if (is_part)
            digits += character;
        else if (!digits.empty() && character == ',')
            continue;
        else if (!(digits.empty() && character == ' '))
            break;
        if (digits.size() > 20) return std::nullopt;
    }
    double value = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc()) return std::nullopt;
    return value;
}

std::optional<int> index_after(std::string_view line, std::string_view marker) {
    const std::optional<double> number = number_after(line, marker);
    constexpr int most = 1 << 20;
    if (!number || *number > most) return std::nullopt;
    return static_cast<int>(*number);
}

std::optional<std::uint64_t> gib_after(std::string_view line, std::string_view marker) {
    const std::optional<double> number = number_after(line, marker);
    constexpr double most = 1 << 20;
    if (!number || *number > most) return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(*number * static_cast<double>(std::uint64_t{1} << 30)));
}

}  // namespace r1cluster::detail
