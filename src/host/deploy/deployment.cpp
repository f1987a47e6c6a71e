// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/host/deploy/deployment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "host/deploy/deployment_state.hpp"
#include "host/deploy/jobs_of_hosts.hpp"
#include "host/deploy/phases.hpp"
#include "host/deploy/start.hpp"
#include "r1cluster/host/deploy/deploy.hpp"

namespace r1cluster {
namespace detail {
namespace {

constexpr double keep_interval_s = 2;

}  // namespace

std::shared_ptr<Keeper> Keeper::start(Session& session, std::string generation) {
    const auto keeper = std::make_shared<Keeper>();
    session.run_beside([keeper, generation](Agents& hosts) { return ping(hosts, generation, keeper); });
    return keeper;
}

void Keeper::release(Session& session) {
    session.post([self = shared_from_this()] {
        self->is_released_ = true;
        if (self->pause_) self->pause_->cancel();
    });
}

asio::awaitable<void> Keeper::ping(Agents& hosts, std::string generation, std::shared_ptr<Keeper> self) {
    asio::steady_timer pause(hosts.context());
    self->pause_ = &pause;
    while (!self->is_released_) {
        try {
            co_await ask_guards(hosts, protocol::GuardVerb::ping, ping_timeout_s, generation);
        } catch (const Error&) {
            // The call beside was interrupted; the next ping is soon enough.
        }
        if (self->is_released_) break;
        pause.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(seconds(keep_interval_s)));
        boost::system::error_code cancelled;
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
    self->pause_ = nullptr;
}

}  // namespace detail

namespace {

namespace asio = detail::asio;
constexpr double wait_interval_s = 1;

void check_plan(const DeploymentSpec& spec, const LaunchPlan& launch_plan) {
    const auto refuse = [&](const std::string& why) {
        throw Error(ErrorKind::invalid_input, launch_plan.deployment,
                    fmt::format("starting \"{}\": {}", launch_plan.deployment, why));
    };
    if (launch_plan.deployment != spec.name) {
        refuse(fmt::format("the hosts are connected for \"{}\"; expected a plan of that spec", spec.name));
    }
    for (const HostSpec& host : spec.hosts) {
        if (!launch_plan.find(host.name)) {
            refuse(fmt::format("the plan has nothing for host \"{}\"; expected a plan for every connected host",
                               host.name));
        }
    }
    if (launch_plan.hosts.size() != spec.hosts.size()) refuse("the plan has hosts that are not connected");
}

/// What a status says of a deployment that was started.
DeploymentStatus as_of_started(DeploymentStatus status) {
    if (status.phase == Phase::absent) status.phase = Phase::stopped;
    return status;
}

}  // namespace

Deployment::Deployment(std::unique_ptr<State> state) : state_(std::move(state)) {}
Deployment::Deployment(Deployment&& other) noexcept = default;

Deployment& Deployment::operator=(Deployment&& other) noexcept {
    if (this != &other) {
        close();
        state_ = std::move(other.state_);
    }
    return *this;
}

Deployment::~Deployment() { close(); }

void Deployment::close() noexcept {
    if (!state_ || !state_->keeper) return;
    state_->keeper->release(*state_->session);
    if (state_->is_over.exchange(true)) return;
    try {
        state_->session->run(
            [keeps_logs = state_->has_failed.load(), generation = state_->generation](detail::Agents& hosts)
                -> asio::awaitable<void> { co_await detail::undo(hosts, keeps_logs, generation); },
            detail::Session::Interruption::never);
    } catch (...) {
        // The guards end it once the connections are gone.
    }
}

const UpResult& Deployment::result() const { return state_->result; }

DeploymentStatus Deployment::status() {
    const bool was_started = state_->result.launch_plan && state_->result.status.phase != Phase::absent;
    DeploymentStatus now =
        state_->session->run<DeploymentStatus>([this](detail::Agents& hosts) -> asio::awaitable<DeploymentStatus> {
            co_await hosts.open();
            co_return co_await detail::status_of_hosts(hosts, state_->generation);
        });
    // The guards of an attached deployment end with the connection to its owner: a lost host means a lost deployment.
    if (state_->keeper && detail::is_hopeless(now)) state_->has_failed = true;
    if (was_started && detail::has_ended(now)) state_->is_over = true;
    return was_started ? as_of_started(std::move(now)) : now;
}

DeploymentStatus Deployment::wait() {
    while (true) {
        DeploymentStatus now = status();
        if (now.phase == Phase::failed || detail::has_ended(now)) return now;
        state_->session->pause(wait_interval_s);
    }
}

DeploymentStatus Deployment::stop(bool purge) {
    if (state_->keeper) state_->keeper->release(*state_->session);
    DeploymentStatus ended = state_->session->run<DeploymentStatus>(
        [this, purge](detail::Agents& hosts) -> asio::awaitable<DeploymentStatus> {
            co_await hosts.open();
            hosts.report("down", "ending every process");
            co_return co_await detail::end_on_hosts(hosts, purge, state_->generation);
        });
    state_->is_over = true;
    return ended;
}

std::vector<EngineLog> Deployment::read_logs(const LogOptions& options) {
    return detail::read_logs_of(*state_->session, options);
}

void Deployment::follow_logs(const std::function<void(const EngineLog&)>& on_text, const LogOptions& options) {
    detail::follow_logs_of(*state_->session, on_text, options);
}

namespace detail {

Deployment owned_deployment(const std::shared_ptr<Session>& session, UpResult result, std::string generation) {
    auto state = std::make_unique<Deployment::State>(session, std::move(result), std::move(generation));
    const bool is_ours = state->result.status.phase == Phase::ready && !state->result.was_running;
    if (is_ours && state->result.launch_plan->fate == Fate::attached)
        state->keeper = Keeper::start(*session, state->generation);
    return Deployment(std::move(state));
}

}  // namespace detail

Deployment start(Hosts& hosts, const LaunchPlan& launch_plan, const Knowledge& knowledge) {
    check_plan(hosts.spec(), launch_plan);
    UpResult result;
    result.launch_plan = launch_plan;
    const std::string generation = detail::new_generation();
    hosts.session()->run([&](detail::Agents& agents) -> asio::awaitable<void> {
        detail::Steps steps(result.steps);
        co_await agents.open();
        steps.end("connect");
        const DeploymentStatus before = co_await detail::settled_status(agents);
        if (before.phase == Phase::ready) throw detail::runs_already(before);
        co_await detail::start_on_hosts(agents, generation, knowledge, result, steps);
    });
    return detail::owned_deployment(hosts.session(), std::move(result), generation);
}

std::optional<Deployment> find_deployment(Hosts& hosts) {
    UpResult result;
    result.status = read_status(hosts);
    if (result.status.phase == Phase::absent) return std::nullopt;
    result.was_running = true;
    return detail::owned_deployment(hosts.session(), std::move(result), {});
}

}  // namespace r1cluster
