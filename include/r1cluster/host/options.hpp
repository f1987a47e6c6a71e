// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace r1cluster {

/// One line of progress: what is being done, for how long, and how far it is.
struct Progress {
    std::string step;  ///< "read", "check", "launch", "ready"
    std::string text;  ///< "node1: pushing the agent, 4.2 of 8.1 MiB"
    double elapsed_s = 0;
    bool is_done = false;  ///< the step has ended
};

/// How hosts are reached, and how a caller watches and interrupts. No option is read from the
/// environment; the command line and the Python module do that once, at their start.
struct HostOptions {
    std::function<void(const Progress&)> on_progress;  ///< called on the calling thread
    std::function<bool()> is_cancelled;                ///< polled ten times a second; true ends the call with
                                                       ///< Error (interrupted), after undoing what was begun
    std::string binary;  ///< the r1cluster executable that is pushed as agent; empty: the one beside us
    std::string ssh_program = "ssh";
    std::string ssh_config;      ///< passed as -F; empty: the user's own
    int connect_timeout_s = 20;  ///< to a first word of the agent, push included
    int request_timeout_s = 60;  ///< for one answer
};

/// Path of the r1cluster executable that belongs to this library: this process's own, or the one installed
/// beside the Python module. Throws Error (not_found).
std::string find_binary();

}  // namespace r1cluster
