// SPDX-License-Identifier: Apache-2.0
#include "host/deploy/start.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/asio/detached.hpp>

#include "host/deploy/jobs_of_hosts.hpp"
#include "host/deploy/phases.hpp"
#include "host/guard/peer_line.hpp"
#include "host/guard/process_facts.hpp"
#include "r1cluster/base/json.hpp"

namespace r1cluster::detail {
namespace {

constexpr double ping_interval_s = 0.5;
constexpr double create_timeout_s = 30;
constexpr double token_interval_s = 2;
constexpr double stopping_s = 20;
constexpr double token_call_timeout_s = 70;

/// The first host that failed, in the spec's order.
void throw_first_error(const DeploymentSpec& spec, const Replies<HostStatus>& replies) {
    for (const HostSpec& host : spec.hosts) {
        const auto reply = replies.find(host.name);
        if (reply != replies.end() && reply->second.error) throw *reply->second.error;
    }
}

/// The head's guard first: of two `up` at the same time one is refused there, before the other hosts are touched.
asio::awaitable<void> create_guards(Agents& hosts, const LaunchPlan& launch_plan, std::string generation) {
    const std::string token = random_token();
    const std::string plan_text = to_json(launch_plan);
    std::function<protocol::JobCreate(const HostSpec&)> request = [&](const HostSpec& host) {
        return protocol::JobCreate{launch_plan.deployment, host.name, generation, token, plan_text};
    };
    const std::string head = launch_plan.hosts.front().host;
    const auto is_head = [&](const HostSpec& host) { return host.name == head; };
    const protocol::JobCreate first{launch_plan.deployment, head, generation, token, plan_text};
    co_await hosts.call(head, first, create_timeout_s);
    if (hosts.spec().hosts.size() == 1) co_return;
    std::function<bool(const HostSpec&)> is_other = [&](const HostSpec& host) { return !is_head(host); };
    const auto replies = co_await hosts.call_all(request, create_timeout_s, is_other);
    throw_first_error(hosts.spec(), replies);
}

struct TokenState {
    bool is_asking = false;
    bool is_ready = false;
    std::string because = "not asked yet";
    double asked_at = 0;
};

/// Runs beside the pings, since an answer may take its time.
asio::awaitable<void> ask_for_token(Agents& hosts, Readiness readiness, std::shared_ptr<TokenState> token) {
    try {
        const protocol::JobToken request{readiness};
        const auto answer = co_await hosts.call(readiness.host, request, token_call_timeout_s);
        token->is_ready = answer.is_ready;
        token->because = answer.because;
    } catch (const std::exception& error) {
        token->because = error.what();
    }
    token->is_asking = false;
}

int ranks_alive(const DeploymentStatus& status) {
    int alive = 0;
    for (const HostStatus& host : status.hosts) {
        alive += static_cast<int>(
            std::count_if(host.ranks.begin(), host.ranks.end(), [](const RankStatus& rank) { return rank.is_alive; }));
    }
    return alive;
}

void report_activity(Agents& hosts, const DeploymentStatus& status, std::string& last) {
    for (const HostStatus& host : status.hosts) {
        if (host.activity.empty()) continue;
        const std::string line = fmt::format("{}: {}", host.host, host.activity.substr(0, 160));
        if (line != last) hosts.report("ready", line);
        last = line;
        break;
    }
}

/// Until every rank lives and one token was generated, or it is known that this will not be.
asio::awaitable<DeploymentStatus> await_ready(Agents& hosts, const LaunchPlan& launch_plan, std::string generation) {
    const auto token = std::make_shared<TokenState>();
    const double deadline = monotonic_s() + launch_plan.readiness.timeout_s;
    std::string last_activity;
    while (true) {
        DeploymentStatus status = co_await ask_guards(hosts, protocol::GuardVerb::ping, ping_timeout_s, generation);
        prefer_lost_connection(status);
        if (is_ended_elsewhere(status) || is_hopeless(status)) co_return status;
        if (token->is_ready) {
            status = co_await ask_guards(hosts, protocol::GuardVerb::commit, ping_timeout_s, generation);
            if (is_ended_elsewhere(status) || is_hopeless(status) || ranks_alive(status) == launch_plan.readiness.ranks)
                co_return status;
        }
        report_activity(hosts, status, last_activity);
        const double now = monotonic_s();
        if (now > deadline) {
            status.cause = Cause{};
            status.cause->host = launch_plan.readiness.host;
            status.cause->text = fmt::format("no token within {} s ([engine] start_timeout_s); the API said: {}",
                                             launch_plan.readiness.timeout_s, token->because);
            status.phase = Phase::failed;
            co_return status;
        }
        if (!token->is_asking && !token->is_ready && now - token->asked_at > token_interval_s) {
            token->is_asking = true;
            token->asked_at = now;
            asio::co_spawn(hosts.context(), ask_for_token(hosts, launch_plan.readiness, token), asio::detached);
        }
        co_await hosts.pause(ping_interval_s);
    }
}

asio::awaitable<void> try_start(Agents& hosts, std::string generation, const Knowledge& knowledge, UpResult& result,
                                Steps& steps) {
    const LaunchPlan& launch_plan = *result.launch_plan;
    co_await create_guards(hosts, launch_plan, generation);
    hosts.report("launch", fmt::format("starting {} on {} host{}", launch_plan.engine, launch_plan.hosts.size(),
                                       launch_plan.hosts.size() == 1 ? "" : "s"));
    co_await ask_guards(hosts, protocol::GuardVerb::begin, ping_timeout_s, generation);
    steps.end("launch");
    result.status = co_await await_ready(hosts, launch_plan, generation);
    steps.end("ready");
    const LogWindows windows{window_bytes, window_bytes};
    const std::vector<EngineLog> engine_logs = co_await logs_of_hosts(hosts, windows);
    if (result.status.phase == Phase::ready) {
        result.transports = find_transports(engine_logs);
        hosts.report("ready", "ready", true);
    } else {
        const Report printed = diagnose(engine_logs, knowledge);
        prefer_printed_cause(result.status, printed, knowledge);
        result.report = merge(result.report, printed);
    }
}

bool is_there(const HostStatus& host) {
    return host.phase == Phase::starting || host.phase == Phase::ready || host.phase == Phase::stopping;
}
bool is_stopping(const HostStatus& host) { return host.phase == Phase::stopping; }

}  // namespace

Steps::Steps(std::vector<StepTime>& times) : times_(times), begin_(monotonic_s()) {}

void Steps::end(const std::string& step) {
    const double now = monotonic_s();
    times_.push_back({step, now - begin_});
    begin_ = now;
}

asio::awaitable<std::string> undo(Agents& hosts, bool keeps_logs, std::string generation) {
    hosts.begin_undo();
    hosts.report("undo", "ending what was started");
    std::vector<std::string> ended, left;
    try {
        for (const HostStatus& host : (co_await end_on_hosts(hosts, !keeps_logs, generation)).hosts) {
            if (host.phase == Phase::unknown) {
                left.push_back(fmt::format("processes may be left on {}: {}", host.host, host.because));
                hosts.report("undo", left.back(), true);
            } else if (host.phase != Phase::absent) {
                ended.push_back(host.host);
            }
        }
    } catch (const Error& error) {
        left.push_back(error.what());
        hosts.report("undo", error.what(), true);
    }
    if (left.empty()) hosts.report("undo", "done", true);
    std::string undone = ended.empty() ? "no host has a process of it"
                                       : fmt::format("what was started on {} has been ended", fmt::join(ended, ", "));
    for (const std::string& what : left) undone += "; " + what;
    co_return undone;
}

std::string new_generation() { return random_token().substr(0, 32); }

Error runs_already(const DeploymentStatus& status) {
    const auto host = std::find_if(status.hosts.begin(), status.hosts.end(), is_there);
    return Error(ErrorKind::unavailable, host->host,
                 fmt::format("bringing up \"{}\": it is {} on {} already; see \"r1cluster status\", or end it with "
                             "\"r1cluster down\"",
                             status.deployment, to_text(host->phase), host->host));
}

asio::awaitable<DeploymentStatus> settled_status(Agents& hosts) {
    DeploymentStatus status;
    for (double waited_s = 0; waited_s < stopping_s; waited_s += ping_interval_s) {
        status = co_await status_of_hosts(hosts);
        if (std::none_of(status.hosts.begin(), status.hosts.end(), is_stopping)) break;
        hosts.report("connect", "waiting for the last run to end");
        co_await hosts.pause(ping_interval_s);
    }
    if (status.phase == Phase::ready) co_return status;
    if (std::any_of(status.hosts.begin(), status.hosts.end(), is_there)) throw runs_already(status);
    co_return status;
}

asio::awaitable<void> start_on_hosts(Agents& hosts, std::string generation, const Knowledge& knowledge,
                                     UpResult& result, Steps& steps) {
    std::optional<Error> failure;
    try {
        co_await try_start(hosts, generation, knowledge, result, steps);
    } catch (const Error& error) {
        failure = error;
    }
    std::string undone;
    if (failure || result.status.phase != Phase::ready) undone = co_await undo(hosts, !failure, generation);
    if (failure && failure->kind() == ErrorKind::interrupted)
        throw Error(ErrorKind::interrupted, failure->subject(), fmt::format("{}: {}", failure->what(), undone));
    if (failure) throw *failure;
}

}  // namespace r1cluster::detail
