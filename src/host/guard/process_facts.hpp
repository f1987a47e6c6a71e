// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "r1cluster/launch/status.hpp"

namespace r1cluster::detail {

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
