// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/launch/status.hpp"

namespace r1cluster::detail {

/// What the kernel says of a rank's process.
struct RankActivity {
    int rank = 0;  ///< global
    int pid = 0;
    std::string host;
    double cpu_s = 0;      ///< CPU time of all its threads since it began
    std::string state;     ///< letter of /proc/PID/stat: "R", "S", "D"
    std::string waits_in;  ///< function of the kernel in which its first thread sleeps; empty: none, or not to be seen
    bool operator==(const RankActivity&) const = default;
};

/// A stall of `seconds`, with the rank that stands out: the one whose use of the CPU in the `window_s` between `before`
/// and `after` is unlike that of most, since ranks that wait for another one all do the same (NCCL spins, Gloo sleeps).
/// Of as many that spin as that sleep, those that sleep stand out. Where all do the same, a process that cannot be
/// woken (state D, or frozen) stands out, or none does.
Stall describe_stall(const std::string& head, double seconds, const std::vector<RankActivity>& before,
                     const std::vector<RankActivity>& after, double window_s);

}  // namespace r1cluster::detail
