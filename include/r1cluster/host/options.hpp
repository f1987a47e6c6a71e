// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace r1cluster {

/// One line of progress: what is being done, for how long, and how far it has come.
struct Progress {
    std::string step;      ///< "read", "check", "launch", "ready"
    std::string text;      ///< "node1: pushing the agent, 4.2 of 8.1 MiB"
    double elapsed_s = 0;  ///< seconds since the call began
    bool is_done = false;  ///< the step has ended
};

/// How hosts are reached, and how a caller watches and interrupts a call. The library reads no option from
/// the environment; the command line and the Python module do so once, at their start.
struct HostOptions {
    std::function<void(const Progress&)> on_progress;  ///< called on the calling thread
    std::function<bool()> is_cancelled;                ///< polled ten times per second; true ends the call with
                                                       ///< Error (interrupted) after the call has undone its work
    std::string binary;  ///< r1cluster executable that is pushed as agent; empty: find_binary()
    std::string ssh_program = "ssh";
    std::string ssh_config;      ///< passed as -F; empty: the user's own
    int connect_timeout_s = 20;  ///< until the agent's greeting, push included
    int request_timeout_s = 60;  ///< time limit for one response
};

/// Path of the r1cluster executable: this process's own file where it is called r1cluster or has called agent_main();
/// else `r1cluster` beside the library, in ../bin of its folder, or on PATH. Throws Error (not_found). Any thread.
std::string find_binary();

}  // namespace r1cluster
