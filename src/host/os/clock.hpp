// SPDX-License-Identifier: Apache-2.0
#pragma once

/// This host's clocks.

#include <chrono>
#include <string>

namespace r1cluster::detail {

double unix_time_s();
/// For a timer: whole ticks of the steady clock.
inline std::chrono::steady_clock::duration steady_duration(std::chrono::duration<double> seconds) {
    return std::chrono::duration_cast<std::chrono::steady_clock::duration>(seconds);
}
/// RFC 3339, whole seconds: "2025-01-31T12:00:00Z"
std::string utc_now();

}  // namespace r1cluster::detail
