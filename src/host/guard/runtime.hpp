// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/guard/job_folder.hpp"
#include "r1cluster/launch/launch_plan.hpp"

namespace r1cluster::detail {

/// A process of the LaunchPlan that was started.
class RunningProcess {
public:
    virtual ~RunningProcess() = default;
    virtual int pid() const = 0;  ///< by the numbers of this host
    virtual boost::asio::readable_pipe& output() = 0;
    /// Whether it is ending, and takes with it all that it started: the first process of a pid namespace does.
    virtual bool takes_others_along() const { return false; }
    /// Waits for its end: the status as waitpid gives it; nullopt: nobody tells. `on_end` is called the moment that it
    /// ends, before the status is looked for.
    virtual boost::asio::awaitable<std::optional<int>> wait(std::function<void()> on_end) = 0;
    /// Asks it to end (SIGTERM). Only before wait() has returned.
    virtual void terminate() = 0;
    /// Asks it to finish what it has begun, and then to end (SIGUSR1). Only before wait() has returned.
    virtual void drain() = 0;
};

/// A process of the plan with its files written, its secrets read and "{state}" replaced.
struct ProcessToStart {
    std::string name;
    Runtime runtime;
    std::vector<std::string> argv;
    std::string cache_folder;                ///< of the job: where a container has its volume for caches
    std::map<std::string, std::string> env;  ///< all of it, but for what the runtime adds
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
    /// Throws Error (not_found, system) with the path and the reason.
    virtual boost::asio::awaitable<std::unique_ptr<RunningProcess>> start(ProcessToStart process) = 0;
    /// Every process that lives, whatever forked it; pids by the numbers of this host, as an engine's ranks bear them.
    virtual std::vector<int> processes() const = 0;
    /// The number on this host of a process that calls itself `pid`; nullopt: the job has no such process.
    virtual std::optional<int> host_pid(int pid) const = 0;
    /// Whether the kernel ended this process, which SIGKILL did, for want of memory. False also where that cannot be
    /// seen.
    virtual bool was_out_of_memory(int pid) const = 0;
    /// Ends every process by force. The first call spares those that clean up after others and then end by themselves.
    virtual void kill() = 0;
    /// Notes what the living processes have outside of the job's folder: once they are killed, nothing tells.
    virtual void note_residue() = 0;
    /// Removes what was noted, and what the runtime made itself. No process may be left.
    virtual boost::asio::awaitable<void> remove_residue() = 0;
};

/// The processes are children of the guard: in a cgroup of their own where this user may make one, else with the guard
/// as their subreaper. `name` is a plain file name, `marker` goes into the environment of every process.
std::unique_ptr<JobRuntime> make_process_runtime(boost::asio::io_context& context, const std::string& name,
                                                 std::string marker);

/// What executes each process of this host as the launch plan says. `name` and `marker` as above.
std::unique_ptr<JobRuntime> make_runtime(const HostLaunch& host, boost::asio::io_context& context,
                                         const std::string& name, std::string marker);

}  // namespace r1cluster::detail
