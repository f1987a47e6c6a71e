// SPDX-License-Identifier: Apache-2.0
// The part of JobProcesses that finds and watches what the engine starts by itself: ranks and other processes that it
// cannot do without.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/system/system_error.hpp>
#include <tuple>

#include "host/guard/job_processes.hpp"
#include "host/os/exit_watch.hpp"

namespace r1cluster::detail {

namespace asio = boost::asio;
constexpr int most_ancestors = 64;

static const EngineLaunch* launch_of(const LaunchPlan& plan) {
    const EngineDefinition* engine = find_engine(plan.engine);
    return engine ? engine->launch : nullptr;
}

void JobProcesses::notice_rank(const ProcessSpec& process, const std::string& line) {
    const EngineLaunch* launch = launch_of(plan_);
    const auto seen = launch ? launch->rank_of_line(line) : std::nullopt;
    if (!seen || std::find(process.ranks.begin(), process.ranks.end(), seen->rank) == process.ranks.end()) return;
    // A rank keeps the process that it was seen in first: an engine that serves may print what somebody asked it.
    if (state_.ranks.contains(seen->rank)) return;
    const std::optional<int> pid = runtime_.host_pid(seen->pid);  // none: a log can say anything
    if (pid) see_rank(process.name, seen->rank, *pid);
}

void JobProcesses::see_rank(const std::string& process, int rank, int pid) {
    happen_(supervise::RankSeen{rank, pid});
    asio::co_spawn(context_, watch_rank(process, rank, pid), asio::detached);
}

void JobProcesses::see_silent_ranks() {
    look();
    for (const ProcessSpec& process : mine_.processes) {
        for (const int rank : process.ranks) {
            const auto running = running_.find(process.name);
            if (!state_.ranks.contains(rank) && running != running_.end())
                happen_(supervise::RankSeen{rank, running->second.status.pid});
        }
    }
}

void JobProcesses::look() {
    const EngineLaunch* launch = launch_of(plan_);
    std::map<int, ProcessLook> looks;
    for (const int pid : runtime_.processes()) {
        if (auto look = look_at(pid)) looks.emplace(pid, std::move(*look));
    }
    std::erase_if(parts_, [&](const auto& part) { return !looks.contains(part.first) && !part.second.is_watched; });
    for (const auto& [pid, look] : looks) {
        watch_run_state(pid, look);
        const auto part = launch && launch->process_of_title ? launch->process_of_title(look.title) : std::nullopt;
        // A process that was just forked bears the title of its parent until it runs a program of its own.
        const auto parent = looks.find(look.parent);
        if (!part || (parent != looks.end() && parent->second.title == look.title)) continue;
        const auto known = parts_.find(pid);
        if (known == parts_.end()) {
            parts_.emplace(pid, Part{std::string(part->name), part->is_worker, part->place, false});
        } else if (!known->second.is_watched && known->second.name == part->name) {
            known->second.is_watched = true;
            asio::co_spawn(context_, watch_part(known->second.name, pid), asio::detached);
        }
    }
    see_ranks_by_title();
}

void JobProcesses::see_ranks_by_title() {
    std::vector<std::pair<int, std::string>> ranks;  // with the process of the plan that holds it
    for (const ProcessSpec& process : mine_.processes) {
        for (const int rank : process.ranks) ranks.emplace_back(rank, process.name);
    }
    std::vector<std::tuple<int, int, int, int>> workers;  // place, pid
    for (const auto& [pid, part] : parts_) {
        if (part.is_worker) workers.emplace_back(part.place.data, part.place.stage, part.place.tensor, pid);
    }
    if (ranks.size() != workers.size()) return;
    std::sort(ranks.begin(), ranks.end());
    std::sort(workers.begin(), workers.end());
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        const int pid = std::get<3>(workers[i]);
        const auto known = state_.ranks.find(ranks[i].first);
        if (known == state_.ranks.end() || known->second != pid) see_rank(ranks[i].second, ranks[i].first, pid);
    }
}

asio::awaitable<void> JobProcesses::watch_rank(std::string process, int rank, int pid) {
    std::optional<int> status;
    double at = monotonic_s();
    try {
        status = co_await wait_for_exit(context_, pid, [&at] { at = monotonic_s(); });
    } catch (const boost::system::system_error&) {
        // Gone between its line and now.
    }
    const auto now = state_.ranks.find(rank);
    if (now != state_.ranks.end() && now->second != pid) co_return;  // its title said otherwise
    ended_ranks_.insert(rank);
    if (ends_with(process)) co_return;
    Cause cause = cause_of(process, status, pid);
    cause.rank = rank;
    cause.text = fmt::format("rank {} on {} (pid {}) {}", rank, mine_.host, pid, describe_end(cause));
    happen_(supervise::RankExited{rank, cause, at});
}

asio::awaitable<void> JobProcesses::watch_part(std::string name, int pid) {
    const std::string process = root_of(pid);
    std::optional<int> status;
    double at = monotonic_s();
    try {
        status = co_await wait_for_exit(context_, pid, [&at] { at = monotonic_s(); });
    } catch (const boost::system::system_error&) {
        // Gone between two looks.
    }
    parts_.erase(pid);
    const bool is_rank =
        std::any_of(state_.ranks.begin(), state_.ranks.end(), [pid](const auto& rank) { return rank.second == pid; });
    const auto running = running_.find(process);
    const bool is_started = running != running_.end() && running->second.status.pid == pid;
    if (is_rank || is_started || ends_with(process)) co_return;  // who watches that says it
    Cause cause = cause_of(process, status, pid);
    cause.text = fmt::format("{} of {} on {} (pid {}) {}", name, process, mine_.host, pid, describe_end(cause));
    happen_(supervise::PartExited{cause, at});
}

bool JobProcesses::ends_with(const std::string& process) const {
    const auto running = running_.find(process);
    return running != running_.end() && running->second.process && running->second.process->takes_others_along();
}

void JobProcesses::watch_run_state(int pid, const ProcessLook& look) {
    if (!is_stopped(look) && !state_.stopped.contains(pid)) return;
    const std::string name = name_of(pid);
    if (name.empty()) return;
    Cause cause = cause_of(root_of(pid), std::nullopt, pid);
    const auto rank = std::find_if(state_.ranks.begin(), state_.ranks.end(),
                                   [pid](const auto& known) { return known.second == pid; });
    if (rank != state_.ranks.end()) cause.rank = rank->first;
    cause.text = fmt::format("{} on {} (pid {}) has been stopped by a signal or a debugger", name, mine_.host, pid);
    happen_(supervise::RunStateSeen{pid, is_stopped(look), std::move(cause)});
}

std::vector<RankActivity> JobProcesses::activities() const {
    std::vector<RankActivity> found;
    for (const auto& [rank, pid] : state_.ranks) {
        if (auto activity = read_activity(rank, pid, mine_.host)) found.push_back(std::move(*activity));
    }
    return found;
}

std::string JobProcesses::name_of(int pid) const {
    for (const auto& [rank, rank_pid] : state_.ranks) {
        if (rank_pid == pid) return fmt::format("rank {}", rank);
    }
    for (const auto& [name, running] : running_) {
        if (running.status.pid == pid) return name;
    }
    const auto part = parts_.find(pid);
    return part == parts_.end() ? std::string() : fmt::format("{} of {}", part->second.name, root_of(pid));
}

std::string JobProcesses::root_of(int pid) const {
    for (int i = 0; i < most_ancestors && pid > 1; ++i) {
        for (const auto& [name, running] : running_) {
            if (running.status.pid == pid) return name;
        }
        const auto look = look_at(pid);
        pid = look ? look->parent : 0;
    }
    return mine_.processes.empty() ? std::string() : mine_.processes.front().name;
}

}  // namespace r1cluster::detail
