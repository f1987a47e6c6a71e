// SPDX-License-Identifier: Apache-2.0
#include "host/os/clock.hpp"

#include <array>
#include <chrono>
#include <ctime>

namespace r1cluster::detail {

double unix_time_s() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

}  // namespace r1cluster::detail
