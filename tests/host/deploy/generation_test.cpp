// SPDX-License-Identifier: Apache-2.0
// Several `up` of one name: none ends or waits for what another one started.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "host/agent/local_hosts.hpp"
#include "host/deploy/jobs_of_hosts.hpp"
#include "host/deploy/stand_in_plan.hpp"
#include "host/deploy/start.hpp"
#include "host/deploy/token_server.hpp"
#include "host/guard/own_home.hpp"
#include "r1cluster/host/deploy/deploy.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;
namespace asio = detail::asio;

namespace {

struct Scene {
    OwnHome home;
    TokenServer api;
    DeploymentSpec spec = local_spec("twice");
    Hosts hosts = connect(spec, local_options());

    LaunchPlan plan(Fate fate = Fate::service) { return stand_in_plan(spec, fate, api.port()); }
    LaunchPlan plan_without_api() {
        LaunchPlan plan = stand_in_plan(spec, Fate::service, free_port());
        plan.readiness.timeout_s = 300;
        return plan;
    }
    ~Scene() {
        try {
            down(spec, true, local_options());
        } catch (const std::exception& error) {
            WARN("the deployment of a test could not be ended: " << error.what());
        }
    }
};

std::vector<int> rank_pids(const DeploymentStatus& status) {
    std::vector<int> pids;
    for (const HostStatus& host : status.hosts) {
        for (const RankStatus& rank : host.ranks) pids.push_back(rank.pid);
    }
    return pids;
}

/// An `up` that has looked at the hosts before another one started there: it goes on to its start.
std::string start_late(Scene& scene, const LaunchPlan& plan) {
    Hosts hosts = connect(scene.spec, local_options());
    UpResult result;
    result.launch_plan = plan;
    return error_of([&] {
        hosts.session()->run([&](detail::Agents& agents) -> asio::awaitable<void> {
            detail::Steps steps(result.steps);
            co_await agents.open();
            co_await detail::start_on_hosts(agents, detail::new_generation(), Knowledge::embedded(), result, steps);
        });
    });
}

/// A zombie has no executable.
bool is_gone(int pid) {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", error).empty();
}

void wait_for(Scene& scene, Phase phase) {
    Hosts hosts = connect(scene.spec, local_options());
    for (int i = 0; i < 1200 && read_status(hosts).phase != phase; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

}  // namespace

TEST_CASE("a second up that comes late is refused, and the first serves on", "[host/deploy]") {
    Scene scene;
    const Deployment first = start(scene.hosts, scene.plan());
    REQUIRE(first.is_ready());
    const DeploymentStatus before = read_status(scene.hosts);
    CHECK_THAT(start_late(scene, scene.plan()), ContainsSubstring("of this deployment runs here already, phase ready"));
    const DeploymentStatus after = read_status(scene.hosts);
    CHECK(std::string(to_text(after.phase)) == "ready");
    CHECK(rank_pids(after) == rank_pids(before));
}

TEST_CASE("a second up that comes late leaves one that starts alone", "[host/deploy]") {
    Scene scene;
    DeploymentStatus seen;
    std::thread first([&] { seen = start(scene.hosts, scene.plan_without_api()).result().status; });
    wait_for(scene, Phase::starting);
    CHECK_THAT(start_late(scene, scene.plan()), ContainsSubstring("runs here already, phase starting"));
    CHECK(std::string(to_text(read_status(scene.spec, local_options()).phase)) == "starting");
    down(scene.spec, true, local_options());
    first.join();
    CHECK(std::string(to_text(seen.phase)) == "stopped");
    REQUIRE(seen.cause);
    CHECK_THAT(seen.cause->text, StartsWith("\"twice\" was ended from elsewhere before it was ready: "));
}

TEST_CASE("of several ups at once one wins, and the others undo nothing of it", "[host/deploy]") {
    Scene scene;
    const LaunchPlan plan = scene.plan();
    std::vector<std::string> said(3);
    std::vector<std::thread> ups;
    for (std::string& text : said) ups.emplace_back([&] { text = start_late(scene, plan); });
    for (std::thread& up : ups) up.join();
    CHECK(std::count(said.begin(), said.end(), "no error") == 1);
    const DeploymentStatus now = read_status(scene.hosts);
    CHECK(std::string(to_text(now.phase)) == "ready");
}

TEST_CASE("an up whose jobs another up has replaced ends, and touches them not", "[host/deploy]") {
    Scene scene;
    DeploymentStatus seen;
    std::thread first([&] { seen = start(scene.hosts, scene.plan_without_api()).result().status; });
    wait_for(scene, Phase::starting);
    CHECK(detail::on_hosts<std::string>(scene.spec, local_options(),
                                        [&](detail::Agents& agents) -> asio::awaitable<std::string> {
                                            co_await agents.open();
                                            co_await detail::end_on_hosts(agents, true);
                                            UpResult result;
                                            result.launch_plan = scene.plan();
                                            detail::Steps steps(result.steps);
                                            co_await detail::start_on_hosts(agents, detail::new_generation(),
                                                                            Knowledge::embedded(), result, steps);
                                            co_return std::string(to_text(result.status.phase));
                                        }) == "ready");
    first.join();
    CHECK(std::string(to_text(seen.phase)) == "stopped");
    CHECK(std::string(to_text(read_status(scene.spec, local_options()).phase)) == "ready");
}

TEST_CASE("a Deployment is that of its own up, and not of a later one of the same name", "[host/deploy]") {
    Scene scene;
    Deployment first = start(scene.hosts, scene.plan(Fate::attached));
    REQUIRE(first.is_ready());
    down(scene.spec, true, local_options());
    CHECK(start_late(scene, scene.plan()) == "no error");
    CHECK(std::string(to_text(first.wait().phase)) == "stopped");
    first.close();
    CHECK(std::string(to_text(read_status(scene.spec, local_options()).phase)) == "ready");
}

TEST_CASE("a guard that is stopped and answers nobody is ended by down, with what it guards", "[host/deploy]") {
    Scene scene;
    const DeploymentStatus status = start(scene.hosts, scene.plan()).result().status;
    REQUIRE(status.phase == Phase::ready);
    const int guard = status.hosts[1].guard_pid;
    REQUIRE(guard > 1);
    ::kill(guard, SIGSTOP);
    const DeploymentStatus ended = down(scene.spec, true, local_options());
    CHECK_THAT(ended.hosts[1].because, StartsWith("the guard did not answer within 10 s; it was ended by force"));
    for (const int pid : rank_pids(status)) CHECK(is_gone(pid));
    CHECK(is_gone(guard));
    CHECK(std::string(to_text(read_status(scene.spec, local_options()).phase)) == "absent");
}
