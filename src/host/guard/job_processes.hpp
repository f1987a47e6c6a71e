// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/guard/job_folder.hpp"
#include "host/guard/log_file.hpp"
#include "host/guard/process_facts.hpp"
#include "host/guard/runtime.hpp"
#include "r1cluster/launch/supervise.hpp"

namespace r1cluster::detail {

/// The processes that a guard has started on its host, with their logs and ranks. What happens to them becomes events
/// of the policy.
class JobProcesses {
public:
    /// All of these outlive the object; `state` is looked at, and `happen` changes it.
    JobProcesses(boost::asio::io_context& context, const JobFolder& folder, const LaunchPlan& plan,
                 const HostLaunch& mine, JobRuntime& runtime, const supervise::State& state,
                 std::function<void(const supervise::Event&)> happen);

    void start(const std::string& name);
    /// Asks every process that was started to end.
    void terminate();
    bool is_any_alive() const;
    /// A rank that its engine's log never named lives in the process that was started for it.
    void see_silent_ranks();
    /// Fills in processes, ranks and activity. Of a group that is over no process is left, seen here or not yet.
    void describe(HostStatus& status, bool is_over) const;

private:
    struct Running {
        ProcessStatus status;
        std::unique_ptr<RunningProcess> process;
        std::unique_ptr<LogFile> log;
    };

    boost::asio::awaitable<void> run(ProcessSpec process);
    boost::asio::awaitable<void> wait_for(const ProcessSpec& process, const std::map<std::string, std::string>& env);
    boost::asio::awaitable<void> keep_log(Running& running);
    boost::asio::awaitable<void> watch_rank(std::string process, int rank, int pid);
    void notice_rank(const ProcessSpec& process, const std::string& line);
    void note_end(Running& running, int status);
    std::map<std::string, std::string> environment(const ProcessSpec& process) const;
    Cause cause_of(const std::string& process, std::optional<int> status, int pid) const;

    boost::asio::io_context& context_;
    const JobFolder& folder_;
    const LaunchPlan& plan_;
    const HostLaunch& mine_;
    JobRuntime& runtime_;
    const supervise::State& state_;
    std::function<void(const supervise::Event&)> happen_;
    std::map<std::string, Running> running_;
    std::set<int> ended_ranks_;
    std::string activity_;  // the last line of the newest log
    const long oom_kills_before_ = oom_kills();
};

}  // namespace r1cluster::detail
