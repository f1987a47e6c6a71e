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

#include "engine/registry/registry.hpp"
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
    /// Asks those processes to end that first finish what they have begun.
    void drain();
    /// Asks every process that was started to end.
    void terminate();
    bool is_any_alive() const;
    /// Looks at all processes of the job, for those that the engine names and those that are stopped.
    void look();
    /// A rank that neither its engine's log nor a title has named lives in the process that was started for it.
    void see_silent_ranks();
    /// What the ranks that were seen on this host do.
    std::vector<RankActivity> activities() const;
    /// Fills in processes, ranks and activity. Of a group that is over no process is left, seen here or not yet.
    void describe(HostStatus& status, bool is_over) const;

private:
    struct Running {
        ProcessStatus status;
        std::unique_ptr<RunningProcess> process;
        std::unique_ptr<LogFile> log;
    };

    boost::asio::awaitable<void> run(ProcessSpec process);
    boost::asio::awaitable<void> wait_for(const ProcessSpec& process);
    boost::asio::awaitable<void> keep_log(Running& running);
    boost::asio::awaitable<void> watch_rank(std::string process, int rank, int pid);
    boost::asio::awaitable<void> watch_part(std::string name, int pid);
    void see_rank(const std::string& process, int rank, int pid);
    /// Workers in the order of their places are the ranks of this host in their order, once all have their titles.
    void see_ranks_by_title();
    void watch_run_state(int pid, const ProcessLook& look);
    /// Whether what ends now in this process of the plan ends because the whole of it does.
    bool ends_with(const std::string& process) const;
    /// The process of the plan that this one descends from.
    std::string root_of(int pid) const;
    /// How people call a process of the job: "rank 1", "EngineCore of head", "head"; empty: nothing that counts.
    std::string name_of(int pid) const;
    void notice_rank(const ProcessSpec& process, const std::string& line);
    void note_end(Running& running, std::optional<int> status, double at);
    /// With the folder of this deployment in place of "{state}" at the beginning.
    std::string expanded(std::string text) const;
    void write_files(const ProcessSpec& process) const;
    std::map<std::string, std::string> environment(const ProcessSpec& process) const;
    ProcessToStart to_start(const ProcessSpec& process, std::vector<std::string> argv) const;
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
    struct Part {
        std::string name;
        bool is_worker = false;
        detail::ProcessPlace place;
        bool is_watched = false;
    };
    std::map<int, Part> parts_;  // processes that bear a title of the engine, by pid
};

}  // namespace r1cluster::detail
