// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "r1cluster/launch/status.hpp"

namespace r1cluster::detail {

/// vLLM's line by which a worker names itself: "(Worker pid=8682) ... rank 0 in world size 2 is assigned as ..."
/// (vllm/distributed/parallel_state.py, initialize_model_parallel). Nullopt for other lines, and for those that Ray
/// passes on from other hosts (they bear "ip=").
struct SeenRank {
    int rank = 0;
    int pid = 0;
    bool operator==(const SeenRank&) const = default;
};
std::optional<SeenRank> rank_line(const std::string& line);

/// "was killed by SIGKILL", "ended with exit code 1", "ended, and this kernel does not say how".
std::string describe_end(const Cause& cause);

/// What engine processes inherit from the guard: paths, home, locale, nothing that could be a secret.
std::map<std::string, std::string> passed_environment();

/// Kills by the kernel's OOM killer since boot (/proc/vmstat).
long oom_kills();
double monotonic_s();
/// Sends a signal to a child of ours that has not been reaped.
void signal_child(int pid, int signal);

}  // namespace r1cluster::detail
