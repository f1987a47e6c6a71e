// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "launch/stall.hpp"

namespace r1cluster::detail {

/// "was killed by SIGKILL", "ended with exit code 1", "ended, and this kernel does not say how".
std::string describe_end(const Cause& cause);

/// What engine processes inherit from the guard: paths, home, locale, nothing that could be a secret.
std::map<std::string, std::string> passed_environment();

double monotonic_s();

/// What /proc says of a process of the job.
struct ProcessLook {
    std::string title;  ///< its first argument, which engines set to their own name of the process
    char state = '?';   ///< as proc_pid_stat(5) has it
    int parent = 0;
    bool is_exiting = false;  ///< PF_EXITING: it runs no code of its own any more
};
/// nullopt: it has gone.
std::optional<ProcessLook> look_at(int pid);

/// By a signal or a debugger.
inline bool is_stopped(const ProcessLook& look) { return look.state == 'T' || look.state == 't'; }
/// The function of the kernel in which a process sleeps; empty: it runs, or this user may not know.
std::string sleeping_place(int pid);

/// The number that a process has in its own pid namespace, by which it calls itself; 0: it has gone.
int pid_inside(int pid);

/// What the kernel says of the process of a rank; nullopt: it has gone.
std::optional<RankActivity> read_activity(int rank, int pid, const std::string& host);

/// Sends a signal to a child of ours that has not been reaped.
void signal_child(int pid, int signal);

}  // namespace r1cluster::detail
