// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <memory>

#include "host/agent/read_hosts.hpp"
#include "host/deploy/jobs_of_hosts.hpp"
#include "host/guard/guard_link.hpp"
#include "host/guard/process_facts.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/decide/decide.hpp"
#include "r1cluster/host/deploy/deploy.hpp"

namespace r1cluster {
namespace {

using detail::Hosts;
namespace asio = detail::asio;
using detail::protocol::GuardVerb;

constexpr double ping_interval_s = 0.5;
constexpr double ping_timeout_s = 15;  // less than the guards' lease, so that we speak before they act
constexpr double create_timeout_s = 30;
constexpr double token_interval_s = 2;
constexpr double stopping_s = 20;
constexpr double token_call_timeout_s = 70;

/// Names the steps and counts their seconds.
class Steps {
public:
    explicit Steps(std::vector<StepTime>& times) : times_(times), begin_(detail::monotonic_s()) {}
    void end(const std::string& step) {
        const double now = detail::monotonic_s();
        times_.push_back({step, now - begin_});
        begin_ = now;
    }

private:
    std::vector<StepTime>& times_;
    double begin_;
};

void take(Decision decision, UpResult& result) {
    result.cluster = std::move(decision.cluster);
    result.plan = std::move(decision.plan);
    result.report = std::move(decision.report);
    result.settings = std::move(decision.settings).value_or(Settings{});
    result.launch_plan = std::move(decision.launch_plan);
}

/// The first host that failed, in the spec's order.
void throw_first_error(const DeploymentSpec& spec, const detail::Replies<HostStatus>& replies) {
    for (const HostSpec& host : spec.hosts) {
        if (const auto& error = replies.at(host.name).error) throw *error;
    }
}

asio::awaitable<void> create_guards(Hosts& hosts, const LaunchPlan& launch_plan) {
    const std::string token = detail::random_token();
    const std::string plan_text = to_json(launch_plan);
    std::function<detail::protocol::JobCreate(const HostSpec&)> request = [&](const HostSpec& host) {
        return detail::protocol::JobCreate{launch_plan.deployment, host.name, token, plan_text};
    };
    const auto replies = co_await hosts.call_all(request, create_timeout_s);
    throw_first_error(hosts.spec(), replies);
}

struct TokenState {
    bool is_asking = false;
    bool is_ready = false;
    std::string because = "not asked yet";
    double asked_at = 0;
};

/// Runs beside the pings, since an answer may take its time.
asio::awaitable<void> ask_for_token(Hosts& hosts, Readiness readiness, std::shared_ptr<TokenState> token) {
    try {
        const detail::protocol::JobToken request{readiness};
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

void report_activity(Hosts& hosts, const DeploymentStatus& status, std::string& last) {
    for (const HostStatus& host : status.hosts) {
        if (host.activity.empty()) continue;
        const std::string line = fmt::format("{}: {}", host.host, host.activity.substr(0, 160));
        if (line != last) hosts.report("ready", line);
        last = line;
        break;
    }
}

/// A status that cannot become ready any more. A host that does not answer is given up once the ping's deadline has
/// passed: until the first token nobody depends on the deployment, so to end it is the safe side.
bool is_hopeless(DeploymentStatus& status) {
    if (status.cause || status.phase == Phase::failed) return true;
    for (const HostStatus& host : status.hosts) {
        if (host.phase != Phase::unknown) continue;
        status.cause = Cause{};
        status.cause->host = host.host;
        status.cause->text = fmt::format(
            "{} did not answer within {:.0f} s while the engine started: {}; if it lives, its guard ends what runs "
            "there",
            host.host, ping_timeout_s, host.because);
        status.phase = Phase::failed;
        return true;
    }
    return false;
}

/// Until every rank lives and one token was generated, or it is known that this will not be.
asio::awaitable<DeploymentStatus> await_ready(Hosts& hosts, const LaunchPlan& launch_plan) {
    const auto token = std::make_shared<TokenState>();
    const double deadline = detail::monotonic_s() + launch_plan.readiness.timeout_s;
    std::string last_activity;
    while (true) {
        DeploymentStatus status = co_await detail::ask_guards(hosts, GuardVerb::ping, ping_timeout_s);
        if (is_hopeless(status)) co_return status;
        if (token->is_ready) {
            status = co_await detail::ask_guards(hosts, GuardVerb::commit, ping_timeout_s);
            if (is_hopeless(status) || ranks_alive(status) == launch_plan.readiness.ranks) co_return status;
        }
        report_activity(hosts, status, last_activity);
        const double now = detail::monotonic_s();
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

/// Leaves the hosts as they were found; logs stay where they can still explain something.
asio::awaitable<void> undo(Hosts& hosts, bool keeps_logs) {
    hosts.begin_undo();
    hosts.report("undo", "ending what was started");
    try {
        co_await detail::end_on_hosts(hosts, !keeps_logs);
    } catch (const Error& error) {
        hosts.report("undo", error.what());
    }
    hosts.report("undo", "done", true);
}

/// An attached deployment lives as long as this call: until it is interrupted, or fails.
asio::awaitable<void> stay_attached(Hosts& hosts, UpResult& result) {
    while (true) {
        DeploymentStatus now = co_await detail::ask_guards(hosts, GuardVerb::ping, ping_timeout_s);
        if (is_hopeless(now)) {
            result.status = now;
            co_return;
        }
        co_await hosts.pause(1);
    }
}

asio::awaitable<void> start(Hosts& hosts, UpResult& result, Steps& steps) {
    const LaunchPlan& launch_plan = *result.launch_plan;
    co_await create_guards(hosts, launch_plan);
    hosts.report("launch", fmt::format("starting {} on {} host{}", launch_plan.engine, launch_plan.hosts.size(),
                                       launch_plan.hosts.size() == 1 ? "" : "s"));
    co_await detail::ask_guards(hosts, GuardVerb::begin, ping_timeout_s);
    steps.end("launch");
    result.status = co_await await_ready(hosts, launch_plan);
    steps.end("ready");
    const auto pieces = co_await detail::log_pieces(hosts, {}, 0);
    const std::vector<EngineLog> engine_logs = detail::join_pieces(pieces);
    if (result.status.phase == Phase::ready) {
        result.transports = find_transports(engine_logs);
        hosts.report("ready", "ready", true);
    } else {
        result.report = merge(result.report, diagnose(engine_logs));
    }
}

bool is_stopping(const HostStatus& host) { return host.phase == Phase::stopping; }

/// What is on its way out is waited for: a group that failed a moment ago is no obstacle.
asio::awaitable<DeploymentStatus> settled_status(Hosts& hosts) {
    DeploymentStatus status;
    for (double waited_s = 0; waited_s < stopping_s; waited_s += ping_interval_s) {
        status = co_await detail::status_of_hosts(hosts);
        if (std::none_of(status.hosts.begin(), status.hosts.end(), is_stopping)) break;
        hosts.report("connect", "waiting for the last run to end");
        co_await hosts.pause(ping_interval_s);
    }
    co_return status;
}

asio::awaitable<UpResult> bring_up(Hosts& hosts, UpOptions up_options) {
    UpResult result;
    Steps steps(result.steps);
    co_await hosts.open();
    steps.end("connect");
    result.status = co_await settled_status(hosts);
    if (result.status.phase == Phase::ready) {
        result.was_running = true;
        co_return result;
    }
    for (const HostStatus& host : result.status.hosts) {
        if (host.phase == Phase::starting || host.phase == Phase::ready || host.phase == Phase::stopping) {
            throw Error(ErrorKind::unavailable, host.host,
                        fmt::format("bringing up \"{}\": it is {} on {} already; see \"r1cluster status\", or end it "
                                    "with \"r1cluster down\"",
                                    hosts.spec().name, to_text(host.phase), host.host));
        }
    }
    const Recording recording = co_await detail::read_hosts(hosts);
    steps.end("read");
    take(decide(hosts.spec(), recording), result);
    steps.end("decide");
    const bool is_refused = result.report.count(Severity::error) > 0 && !up_options.ignores_findings;
    if (is_refused || up_options.is_dry_run || !result.launch_plan) {
        if (is_refused) result.status.phase = Phase::absent;
        co_return result;
    }
    std::optional<Error> failure;
    try {
        co_await start(hosts, result, steps);
        if (result.status.phase == Phase::ready && hosts.spec().fate == Fate::attached)
            co_await stay_attached(hosts, result);
    } catch (const Error& error) {
        failure = error;
    }
    if (failure || result.status.phase != Phase::ready) co_await undo(hosts, !failure);
    if (failure) throw *failure;
    co_return result;
}

}  // namespace

UpResult up(const DeploymentSpec& spec, const UpOptions& up_options, const HostOptions& options) {
    return detail::on_hosts<UpResult>(validated(spec), options,
                                      [up_options](Hosts& hosts) { return bring_up(hosts, up_options); });
}

}  // namespace r1cluster
