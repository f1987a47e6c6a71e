// SPDX-License-Identifier: Apache-2.0
#include "host/guard/guard.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <iostream>
#include <thread>

#include "host/guard/guard_link.hpp"
#include "host/guard/guard_socket.hpp"
#include "host/guard/job_folder.hpp"
#include "host/guard/job_processes.hpp"
#include "host/guard/peer_line.hpp"
#include "host/guard/runtime.hpp"
#include "host/guard/stall_watch.hpp"
#include "host/guard/watchdog.hpp"
#include "host/os/clock.hpp"
#include "host/os/result_of.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/launch/supervise.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
using protocol::GuardVerb;
constexpr auto tick_interval = std::chrono::milliseconds(200);
constexpr int ticks_between_looks = 5;
constexpr int ticks_between_notes = 25;
constexpr double tell_s = 3;  // a peer may be about to connect
constexpr double flush_s = 1;

class Guard {
public:
    Guard(asio::io_context& context, const Watchdog& watchdog, JobFolder folder, LaunchPlan plan, std::string host,
          std::string token)
        : context_(context),
          watchdog_(watchdog),
          folder_(std::move(folder)),
          plan_(std::move(plan)),
          mine_(*plan_.find(host)),
          host_(std::move(host)),
          runtime_(make_runtime(mine_, context_, fmt::format("r1cluster-{}-{}-{}", plan_.deployment, host_, ::getpid()),
                                random_token().substr(0, 16))),
          state_(supervise::initial(plan_, host_, monotonic_s())),
          processes_(context_, folder_, plan_, mine_, *runtime_, state_,
                     [this](const supervise::Event& event) { happen(event); }),
          link_(context_, plan_, host_, std::move(token), link_callbacks()),
          socket_(context_, folder_.file("guard.sock"), folder_.generation(), socket_callbacks()),
          tick_(context_),
          signals_(context_, SIGTERM, SIGINT, SIGHUP) {}

    void run() {
        folder_.write("group", json::serialize(to_value(runtime_->group())));
        watchdog_.watch(runtime_->group());
        link_.start();
        socket_.listen();
        save();
        asio::co_spawn(context_, tick_on(), asio::detached);
        asio::co_spawn(context_, await_signals(), asio::detached);
        context_.run();
    }

private:
    // What happens becomes an event, and what the policy decides is carried out: the only place where both meet.
    void happen(const supervise::Event& event) {
        supervise::Step step = supervise::step(std::move(state_), event, monotonic_s());
        state_ = std::move(step.state);
        for (const supervise::Decision& decision : step.decisions) {
            std::visit([this](const auto& what) { carry_out(what); }, decision);
        }
        const bool is_news = std::holds_alternative<supervise::StallSeen>(event) ||
                             std::holds_alternative<supervise::ProcessStarted>(event) ||
                             std::holds_alternative<supervise::RankSeen>(event) ||
                             std::holds_alternative<supervise::Commit>(event);
        if (is_news || !step.decisions.empty()) save();
    }

    void carry_out(const supervise::StartProcess& what) { processes_.start(what.name); }
    void carry_out(const supervise::Drain&) { processes_.drain(); }
    void carry_out(const supervise::Terminate&) {
        runtime_->note_residue();
        processes_.terminate();
    }
    void carry_out(const supervise::Kill&) {
        runtime_->note_residue();
        runtime_->kill();
    }
    void carry_out(const supervise::TellPeers& what) { link_.tell(what.cause, what.cause ? state_.cause_at : 0); }
    void carry_out(const supervise::Finish&) { asio::co_spawn(context_, finish(), asio::detached); }

    asio::awaitable<void> finish() {
        co_await link_.flush(tell_s);
        // The group is empty, but how its last process ended may still be on its way here.
        asio::steady_timer pause(context_);
        for (double waited_s = 0; waited_s < flush_s && processes_.is_any_alive(); waited_s += 0.02) {
            pause.expires_after(std::chrono::milliseconds(20));
            co_await pause.async_wait(result_of);
        }
        co_await runtime_->remove_residue();
        save();
        context_.stop();
    }

    GuardLink::Callbacks link_callbacks() {
        return {
            [this](const std::string& host) { happen(supervise::PeerHeard{host}); },
            [this] { return processes_.activities(); },
            [this](const std::string& host, std::vector<RankActivity> ranks) { activities_[host] = std::move(ranks); },
            [this](const std::string& host) { happen(supervise::PeerLost{host}); },
            [this](const std::string& host, std::optional<Cause> cause, double happened_at) {
                const auto at = happened_at > 0 ? std::optional(happened_at) : std::nullopt;
                happen(supervise::PeerEnded{host, std::move(cause), at});
            }};
    }

    GuardSocket::Callbacks socket_callbacks() {
        return {[this](GuardVerb verb) {
                    obey(verb);
                    return status();
                },
                [this] { happen(supervise::ControllerLeft{}); }};
    }

    void obey(GuardVerb verb) {
        switch (verb) {
            case GuardVerb::status: return;
            case GuardVerb::ping: return happen(supervise::ControllerHeard{});
            case GuardVerb::begin: return happen(supervise::Begin{});
            case GuardVerb::stop: return happen(supervise::StopAsked{});
            case GuardVerb::commit:
                happen(supervise::ControllerHeard{});
                runtime_->note_residue();
                processes_.see_silent_ranks();
                happen(supervise::Commit{});
                return watch_for_stalls();
        }
    }

    void watch_for_stalls() {
        const EngineDefinition* engine = find_engine(plan_.engine);
        if (stall_watch_ || state_.phase != Phase::ready || !state_.is_head) return;
        if (!engine || !engine->launch || !engine->launch->progress_of_metrics || plan_.readiness.port == 0) return;
        StallWatch::Callbacks callbacks{[this] { return activities(); },
                                        [this](std::optional<Stall> stall) {
                                            if (stall || state_.stall) happen(supervise::StallSeen{std::move(stall)});
                                        }};
        stall_watch_.emplace(StallWatch::Engine{plan_.readiness, engine->launch->progress_of_metrics},
                             StallWatch::Times{}, std::move(callbacks));
        asio::co_spawn(context_, stall_watch_->run(), asio::detached);
    }

    /// Of all ranks of the deployment, those of other hosts as they were last heard.
    std::vector<RankActivity> activities() const {
        std::vector<RankActivity> all = processes_.activities();
        for (const auto& [host, ranks] : activities_) all.insert(all.end(), ranks.begin(), ranks.end());
        return all;
    }

    HostStatus status() const {
        HostStatus status;
        status.host = host_;
        status.phase = state_.phase;
        status.guard_pid = ::getpid();
        status.containment = runtime_->text();
        status.started_at = started_at_;
        status.cause = state_.cause;
        if (state_.phase == Phase::ready) status.stall = state_.stall;
        processes_.describe(status, state_.phase == Phase::failed || state_.phase == Phase::stopped);
        return status;
    }

    void save() {
        try {
            folder_.write("state.json", to_json(status()));
        } catch (const Error& error) {
            std::cerr << error.what() << std::endl;  // guard.log; the processes are worth more than the file
        }
    }

    bool is_ending() const { return state_.phase != Phase::starting && state_.phase != Phase::ready; }

    asio::awaitable<void> tick_on() {
        for (int ticks = 1;; ++ticks) {
            tick_.expires_after(tick_interval);
            co_await tick_.async_wait(result_of);
            happen(supervise::Tick{});
            // A process that somebody kills takes what it had mapped out of sight: look before that.
            if (ticks % ticks_between_notes == 0) runtime_->note_residue();
            if (ticks % ticks_between_looks == 0 && !is_ending()) processes_.look();
            if (state_.phase == Phase::stopping && runtime_->processes().empty()) happen(supervise::GroupEmpty{});
        }
    }

    asio::awaitable<void> await_signals() {
        while (true) {
            const auto [error, number] = co_await signals_.async_wait(result_of);
            if (error) co_return;
            happen(supervise::StopAsked{});
        }
    }

    asio::io_context& context_;
    const Watchdog& watchdog_;
    JobFolder folder_;
    LaunchPlan plan_;
    const HostLaunch& mine_;
    std::string host_;
    std::string started_at_ = utc_now();
    std::unique_ptr<JobRuntime> runtime_;
    supervise::State state_;
    JobProcesses processes_;
    GuardLink link_;
    GuardSocket socket_;
    std::optional<StallWatch> stall_watch_;                        // of the head, once the deployment is ready
    std::map<std::string, std::vector<RankActivity>> activities_;  // of the other hosts
    asio::steady_timer tick_;
    asio::signal_set signals_;
};

/// A login has 1,024 open files by default, and an engine with many ranks needs tens of thousands. What the guard
/// starts inherits its limit.
void raise_open_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    constexpr rlim_t plenty = 1 << 20;  // some programs walk through every number that they may use
    limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, plenty));
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int run_guard(const std::string& path) {
    ::signal(SIGPIPE, SIG_IGN);
    raise_open_files();
    const JobFolder folder(path);
    const Watchdog watchdog(folder);
    auto lock = Lock::try_take(folder.file("lock"));
    // An agent that looks whether a guard is left holds the lock for a moment.
    for (int i = 0; !lock && i < 50; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        lock = Lock::try_take(folder.file("lock"));
    }
    if (!lock) {
        std::cerr << "another guard holds " << path << std::endl;
        folder.write("failure", "another guard holds this deployment's folder");
        return 3;
    }
    try {
        const std::string host = folder.read("host").value_or("");
        // Strictly: the agent that wrote it is of this build, and half a plan is not carried out.
        const auto plan = from_json<LaunchPlan>(folder.read("plan.json").value_or(""), folder.file("plan.json"));
        if (!plan.find(host))
            throw Error(ErrorKind::invalid_input, host, fmt::format("the plan has no host \"{}\"", host));
        asio::io_context context;
        Guard guard(context, watchdog, folder, plan, host, folder.read("token").value_or(""));
        guard.run();
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        folder.write("failure", error.what());
        return 3;
    }
}

}  // namespace r1cluster::detail
