// SPDX-License-Identifier: Apache-2.0
// Real agents and guards of two hosts on this machine; the engine's processes and its API are stand-ins.
#include "r1cluster/host/deploy/deployment.hpp"

#include <chrono>
#include <thread>

#include "host/agent/local_hosts.hpp"
#include "host/deploy/stand_in_plan.hpp"
#include "host/deploy/token_server.hpp"
#include "host/guard/own_home.hpp"
#include "r1cluster/host/deploy/deploy.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

namespace {

using Clock = std::chrono::steady_clock;

struct Scene {
    OwnHome home;
    TokenServer api;
    DeploymentSpec spec = local_spec("owned");
    Hosts hosts = connect(spec, local_options());

    LaunchPlan plan(Fate fate) { return stand_in_plan(spec, fate, api.port()); }
    ~Scene() {
        try {
            down(spec, true, local_options());
        } catch (const std::exception& error) {
            WARN("the deployment of a test could not be ended: " << error.what());
        }
    }
};

std::string phase_of(const DeploymentStatus& status) { return std::string(to_text(status.phase)); }

}  // namespace

TEST_CASE("a launch plan is started on connected hosts, asked for and stopped", "[host/deploy]") {
    Scene scene;
    Deployment deployment = start(scene.hosts, scene.plan(Fate::service));
    CHECK(deployment.is_ready());
    CHECK(phase_of(deployment.status()) == "ready");
    const auto logs = deployment.read_logs();
    REQUIRE(logs.size() == 2);
    CHECK_THAT(logs[1].text, ContainsSubstring("rank 1 in world size 2"));
    CHECK(phase_of(deployment.stop()) == "stopped");
    CHECK(phase_of(deployment.wait()) == "stopped");
}

TEST_CASE("a service lives on when its object is gone, and is found again", "[host/deploy]") {
    Scene scene;
    CHECK(start(scene.hosts, scene.plan(Fate::service)).is_ready());
    std::optional<Deployment> found = find_deployment(scene.hosts);
    REQUIRE(found);
    CHECK(found->result().was_running);
    CHECK(phase_of(found->status()) == "ready");
    found->stop(true);
    CHECK(!find_deployment(scene.hosts));
}

TEST_CASE("what runs already is not started again", "[host/deploy]") {
    Scene scene;
    const Deployment first = start(scene.hosts, scene.plan(Fate::service));
    CHECK(error_of([&] { start(scene.hosts, scene.plan(Fate::service)); }) ==
          "unavailable: bringing up \"owned\": it is ready on node0 already; see \"r1cluster status\", or end it with "
          "\"r1cluster down\"");
}

TEST_CASE("an attached deployment ends with its object", "[host/deploy]") {
    Scene scene;
    {
        Deployment deployment = start(scene.hosts, scene.plan(Fate::attached));
        CHECK(deployment.is_ready());
        Deployment moved = std::move(deployment);
        CHECK(phase_of(moved.status()) == "ready");
    }
    CHECK(phase_of(read_status(scene.hosts)) == "absent");
}

TEST_CASE("an attached deployment lives while its owner does nothing", "[host/deploy]") {
    Scene scene;
    LaunchPlan plan = scene.plan(Fate::attached);
    plan.lease_s = 6;
    Deployment deployment = start(scene.hosts, plan);
    std::this_thread::sleep_for(std::chrono::seconds(8));
    CHECK(phase_of(deployment.status()) == "ready");
}

TEST_CASE("an attached deployment that is ended elsewhere ends for its owner at once", "[host/deploy]") {
    Scene scene;
    Deployment deployment = start(scene.hosts, scene.plan(Fate::attached));
    std::thread elsewhere([&] { down(scene.spec, false, local_options()); });
    const auto begin = Clock::now();
    const DeploymentStatus status = deployment.wait();
    elsewhere.join();
    CHECK(phase_of(status) == "stopped");
    CHECK(!status.cause);
    CHECK(Clock::now() - begin < std::chrono::seconds(30));
}

TEST_CASE("a start that is ended elsewhere does not wait for its timeout", "[host/deploy]") {
    Scene scene;
    LaunchPlan plan = scene.plan(Fate::attached);
    plan.readiness.port = free_port();  // nobody answers there
    std::thread elsewhere([&] {
        Hosts hosts = connect(scene.spec, local_options());
        while (read_status(hosts).phase != Phase::starting) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        down(hosts);
    });
    const auto begin = Clock::now();
    const Deployment deployment = start(scene.hosts, plan);
    elsewhere.join();
    CHECK(!deployment.is_ready());
    CHECK(phase_of(deployment.result().status) == "stopped");
    CHECK(Clock::now() - begin < std::chrono::seconds(plan.readiness.timeout_s / 2));
}

TEST_CASE("one thread waits while another stops", "[host/deploy]") {
    Scene scene;
    Deployment deployment = start(scene.hosts, scene.plan(Fate::attached));
    DeploymentStatus seen;
    std::thread waiting([&] { seen = deployment.wait(); });
    deployment.stop();
    waiting.join();
    CHECK(phase_of(seen) == "stopped");
}

TEST_CASE("an engine that ends is the cause of the deployment that did not become ready", "[host/deploy]") {
    Scene scene;
    LaunchPlan plan = scene.plan(Fate::service);
    plan.readiness.port = free_port();
    plan.hosts[1].processes[0].argv = {R1CLUSTER_ENGINE_STAND_IN, "wait", "500", "exit", "3"};
    Deployment deployment = start(scene.hosts, plan);
    CHECK(!deployment.is_ready());
    REQUIRE(deployment.result().status.cause);
    CHECK(deployment.result().status.cause->exit_code == 3);
    CHECK(phase_of(read_status(scene.hosts)) == "absent");
}

TEST_CASE("what an engine prints of the failure is the cause, though another process ended first", "[host/deploy]") {
    Scene scene;
    LaunchPlan plan = scene.plan(Fate::service);
    plan.readiness.port = free_port();
    // "OSError: [Errno 98] Address already in use"
    plan.hosts[0].processes[0].argv = {
        R1CLUSTER_ENGINE_STAND_IN,
        "bytes",
        "4f534572726f723a205b4572726e6f2039385d204164647265737320616c726561647920696e20757365",
        "1",
        "rank",
        "0",
        "2"};
    plan.hosts[1].processes[0].argv = {R1CLUSTER_ENGINE_STAND_IN, "wait", "1500", "exit", "1"};
    const Deployment deployment = start(scene.hosts, plan);
    REQUIRE(deployment.result().status.cause);
    CHECK(deployment.result().status.cause->host == "node0");
    CHECK(deployment.result().status.cause->last_line == "line 1: OSError: [Errno 98] Address already in use");
}

TEST_CASE("an error behind much log is seen, and what was left out is said", "[host/deploy]") {
    Scene scene;
    LaunchPlan plan = scene.plan(Fate::service);
    plan.hosts.resize(1);
    plan.readiness.port = free_port();
    const std::string filler =
        "494e464f2031312d32322030353a32303a3030205b6c2e70793a315d2073657276696e670a";  // INFO ... serving
    plan.hosts[0].processes[0].argv = {
        R1CLUSTER_ENGINE_STAND_IN,
        "bytes",
        filler,
        "300000",
        "bytes",
        "4f534572726f723a205b4572726e6f2039385d204164647265737320616c726561647920696e20757365",
        "1",
        "exit",
        "1"};
    Hosts one = connect(local_spec("owned", 1), local_options());
    plan.readiness.ranks = 1;
    const Deployment deployment = start(one, plan);
    CHECK(!deployment.is_ready());
    const auto has = [&](const std::string& id) {
        const auto& findings = deployment.result().report.findings;
        return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) { return finding.id == id; });
    };
    CHECK(has("log.address_in_use"));
    CHECK(has("log.cut"));
    LogOptions all;
    all.lines = 0;
    const auto logs = read_logs(one, all);
    REQUIRE(logs.size() == 1);
    CHECK(std::count(logs[0].text.begin(), logs[0].text.end(), '\n') == 300002);
}

TEST_CASE("a plan for another deployment or other hosts is refused", "[host/deploy]") {
    Scene scene;
    LaunchPlan plan = scene.plan(Fate::service);
    plan.deployment = "another";
    CHECK(error_of([&] { start(scene.hosts, plan); }) ==
          "starting \"another\": the hosts are connected for \"owned\"; expected a plan of that spec");
    plan = scene.plan(Fate::service);
    plan.hosts.pop_back();
    CHECK(error_of([&] { start(scene.hosts, plan); }) ==
          "starting \"owned\": the plan has nothing for host \"node1\"; expected a plan for every connected host");
}
