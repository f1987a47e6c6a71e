// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/guard/job_folder.hpp"
#include "r1cluster/launch/runtime.hpp"

namespace r1cluster::detail {

/// A process of the LaunchPlan that was started.
class RunningProcess {
public:
    virtual ~RunningProcess() = default;
    virtual int pid() const = 0;  ///< by the numbers of this host
    virtual boost::asio::readable_pipe& output() = 0;
    /// Waits for its end: the status as waitpid gives it.
    virtual boost::asio::awaitable<int> wait() = 0;
    /// Asks it to end (SIGTERM). Only before wait() has returned.
    virtual void terminate() = 0;
    /// Asks it to finish what it has begun, and then to end (SIGUSR1). Only before wait() has returned.
    virtual void drain() = 0;
};

/// How the processes of one job run on this host. The guard decides what is started and ended; a runtime carries it
/// out, and knows every process that is left and what such a process leaves behind.
class JobRuntime {
public:
    virtual ~JobRuntime() = default;

    /// What makes sure that no process is left, for people: "cgroup v2 /sys/fs/cgroup/...".
    virtual std::string text() const = 0;
    /// By what an agent finds the processes should this guard die.
    virtual JobGroup group() const = 0;
    /// Starts a command with this environment, to which the runtime adds its own variables. Throws Error (not_found,
    /// system) with the path and the reason.
    virtual std::unique_ptr<RunningProcess> start(const std::vector<std::string>& argv,
                                                  std::map<std::string, std::string> env) = 0;
    /// Every process that lives, whatever forked it; pids by the numbers of this host, as an engine's ranks bear them.
    virtual std::vector<int> processes() const = 0;
    /// Whether the kernel ended this process, which SIGKILL did, for want of memory. False also where that cannot be
    /// seen.
    virtual bool was_out_of_memory(int pid) const = 0;
    /// Ends every process by force. The first call spares those that clean up after others and then end by themselves.
    virtual void kill() = 0;
    /// Notes what the living processes have outside of the job's folder: once they are killed, nothing tells.
    virtual void note_residue() = 0;
    /// Removes what was noted, and what the runtime made itself. No process may be left.
    virtual void remove_residue() = 0;
};

/// The processes are children of the guard: in a cgroup of their own where this user may make one, else with the guard
/// as their subreaper. `name` is a plain file name, `marker` goes into the environment of every process.
std::unique_ptr<JobRuntime> make_process_runtime(boost::asio::io_context& context, const std::string& name,
                                                 std::string marker);

/// The runtime that the launch plan names for this host.
std::unique_ptr<JobRuntime> make_runtime(const Runtime& runtime, boost::asio::io_context& context,
                                         const std::string& name, std::string marker);

}  // namespace r1cluster::detail
