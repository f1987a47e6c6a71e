// SPDX-License-Identifier: Apache-2.0
#include "host/agent/read_hosts.hpp"
#include "host/deploy/deployment_state.hpp"
#include "host/deploy/start.hpp"
#include "r1cluster/decide/decide.hpp"
#include "r1cluster/host/deploy/deploy.hpp"

namespace r1cluster {
namespace {

namespace asio = detail::asio;

void take(Decision decision, UpResult& result) {
    result.cluster = std::move(decision.cluster);
    result.plan = std::move(decision.plan);
    result.report = std::move(decision.report);
    result.settings = std::move(decision.settings).value_or(Settings{});
    result.launch_plan = std::move(decision.launch_plan);
}

asio::awaitable<void> bring_up(detail::Agents& hosts, UpOptions options, std::string generation, UpResult& result) {
    detail::Steps steps(result.steps);
    co_await hosts.open();
    steps.end("connect");
    result.status = co_await detail::settled_status(hosts);
    result.was_running = result.status.phase == Phase::ready;
    if (result.was_running) co_return;
    if (hosts.spec().container && !options.is_dry_run) {
        co_await detail::fetch_images(hosts);
        steps.end("image");
    }
    const Recording recording = co_await detail::read_hosts(hosts);
    steps.end("read");
    take(decide(hosts.spec(), recording, {.layout = options.layout}, options.knowledge), result);
    steps.end("decide");
    const bool is_refused = result.report.count(Severity::error) > 0 && !options.ignores_findings;
    if (is_refused) result.status.phase = Phase::absent;
    if (is_refused || options.is_dry_run || !result.launch_plan) co_return;
    co_await detail::start_on_hosts(hosts, generation, options.knowledge, result, steps);
}

}  // namespace

Deployment up(Hosts& hosts, const UpOptions& up_options) {
    UpResult result;
    const std::string generation = detail::new_generation();
    hosts.session()->run([&](detail::Agents& agents) { return bring_up(agents, up_options, generation, result); });
    const bool is_ours = !result.was_running;
    return detail::owned_deployment(hosts.session(), std::move(result), is_ours ? generation : std::string());
}

Deployment up(const DeploymentSpec& spec, const UpOptions& up_options, const HostOptions& options) {
    Hosts hosts(spec, options);
    return up(hosts, up_options);
}

}  // namespace r1cluster
