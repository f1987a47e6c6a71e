// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/units.hpp"

#include <fmt/format.h>

#include <array>

namespace r1cluster {

std::string format_bytes(std::uint64_t bytes) {
    static constexpr std::array names{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) return fmt::format("{} B", bytes);
    double amount = static_cast<double>(bytes);
    std::size_t unit = 0;
    // From where two decimals would show 1024.00.
    while (amount >= 1023.995 && unit + 1 < names.size()) {
        amount /= 1024;
        ++unit;
    }
    return fmt::format("{:.2f} {}", amount, names[unit]);
}

std::string format_count(std::uint64_t count) {
    std::string digits = std::to_string(count);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
    return digits;
}

std::string format_seconds(double seconds) {
    // From where rounding would show 1000 ms or 100.0 s.
    if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1000);
    if (seconds < 99.95) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<long long>(seconds + 0.5);
    return fmt::format("{} min {:02} s", whole / 60, whole % 60);
}

}  // namespace r1cluster
