// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace r1cluster::detail {

struct ChildOptions {
    std::optional<std::map<std::string, std::string>> env;  ///< whole environment; unset: ours
    int cgroup_procs = -1;       ///< descriptor of a cgroup.procs that the child joins before it executes
    std::string oom_score_adj;   ///< written to the child's /proc/self/oom_score_adj; empty: as ours
    bool has_own_errors = true;  ///< else standard error goes where standard output goes
};

/// Lets no process that is started from now on have a descriptor of ours but 0, 1 and 2: an engine that held the
/// guard's socket would answer for a dead guard by its silence. Safe between fork and exec.
void keep_descriptors_from_children();

/// A child process whose standard streams are pipes to us, in a session of its own, so that a Ctrl-C of the
/// terminal reaches only the controller.
class Child {
public:
    /// Throws Error (not_found, system) with the path and the reason.
    static std::unique_ptr<Child> start(boost::asio::io_context& context, const std::vector<std::string>& argv,
                                        const ChildOptions& options = {});
    virtual ~Child() = default;

    virtual boost::asio::writable_pipe& input() = 0;
    virtual boost::asio::readable_pipe& output() = 0;
    virtual boost::asio::readable_pipe& errors() = 0;
    virtual int pid() const = 0;
    /// Waits for its end (by pidfd, no signal handler) and reaps it: the status as waitpid gives it.
    virtual boost::asio::awaitable<int> wait() = 0;
    /// Ends it by force, if it has not ended, and reaps it. Returns its exit code, 128 + signal when killed.
    virtual int end() = 0;
};

}  // namespace r1cluster::detail
