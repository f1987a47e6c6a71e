// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/launch/status.hpp"

#include "support/catch.hpp"

using namespace r1cluster;

namespace {

HostStatus host(const std::string& name, Phase phase, const std::string& cause_host = {},
                const std::string& text = {}) {
    HostStatus status;
    status.host = name;
    status.phase = phase;
    if (!cause_host.empty()) {
        status.cause = Cause{};
        status.cause->host = cause_host;
        status.cause->text = text;
    }
    return status;
}

Phase whole(Phase first, Phase second) { return summarize("r1", {host("node0", first), host("node1", second)}).phase; }

}  // namespace

TEST_CASE("a deployment is in the phase that its hosts are in together", "[launch]") {
    CHECK(summarize("r1", {}).phase == Phase::absent);
    CHECK(whole(Phase::absent, Phase::absent) == Phase::absent);
    CHECK(whole(Phase::starting, Phase::starting) == Phase::starting);
    CHECK(whole(Phase::ready, Phase::ready) == Phase::ready);
    CHECK(whole(Phase::stopped, Phase::stopped) == Phase::stopped);
    CHECK(whole(Phase::stopping, Phase::stopping) == Phase::stopping);
    CHECK(whole(Phase::failed, Phase::failed) == Phase::failed);
}

TEST_CASE("a deployment is ready only when every host is", "[launch]") {
    CHECK(whole(Phase::ready, Phase::starting) == Phase::starting);
    CHECK(whole(Phase::ready, Phase::unknown) == Phase::unknown);
    CHECK(whole(Phase::ready, Phase::failed) == Phase::failed);
    CHECK(whole(Phase::stopping, Phase::stopped) == Phase::stopping);
    CHECK(whole(Phase::stopped, Phase::absent) == Phase::stopped);
}

TEST_CASE("a host that could not be asked has not failed", "[launch]") {
    CHECK(whole(Phase::unknown, Phase::unknown) == Phase::unknown);
    CHECK(whole(Phase::unknown, Phase::starting) == Phase::unknown);
    CHECK(whole(Phase::unknown, Phase::failed) == Phase::failed);
}

TEST_CASE("a host that runs nothing while another serves is the cause", "[launch]") {
    const DeploymentStatus status = summarize("r1", {host("node0", Phase::ready), host("node1", Phase::absent)});
    CHECK(status.phase == Phase::failed);
    REQUIRE(status.cause);
    CHECK(status.cause->host == "node1");
    CHECK(status.cause->text == "node1 runs nothing of it, while others do");
}

TEST_CASE("the cause that a host tells of itself wins over hearsay", "[launch]") {
    const HostStatus hearsay =
        host("node0", Phase::failed, "node1", "node1 was not heard from for 20 s (said by node0)");
    const HostStatus itself = host("node1", Phase::failed, "node1", "rank 8 on node1 (pid 7) was killed by SIGKILL");
    const HostStatus of_third = host("node2", Phase::failed, "node2", "the controller went away");
    CHECK(summarize("r1", {hearsay, itself}).cause == hearsay.cause);
    CHECK(summarize("r1", {hearsay}).cause == hearsay.cause);
    CHECK(summarize("r1", {hearsay, of_third}).cause == of_third.cause);
}

TEST_CASE("a terminal shows the cause before everything else", "[launch]") {
    HostStatus failed = host("node0", Phase::failed, "node0", "rank 0 on node0 (pid 7) was killed by SIGKILL");
    failed.cause->last_line = "loading safetensors";
    failed.processes = {
        ProcessStatus{.name = "head", .pid = 5, .is_alive = false, .exit_code = 1, .signal = {}, .log = "/s/head.log"}};
    failed.ranks = {RankStatus{.rank = 0, .pid = 7, .is_alive = false},
                    RankStatus{.rank = 1, .pid = 0, .is_alive = false}};
    failed.containment = "cgroup v2 /g";
    HostStatus unknown = host("node1", Phase::unknown);
    unknown.because = "no route to host";
    CHECK(show(summarize("r1", {failed, unknown})) ==
          "rank 0 on node0 (pid 7) was killed by SIGKILL\n"
          "  last line of its log: loading safetensors\n"
          "r1: failed\n"
          "  node0            failed\n"
          "    rank 0   pid 7, ended\n"
          "    rank 1   not seen yet\n"
          "    head         pid 5, ended with exit code 1, log /s/head.log\n"
          "    held by      cgroup v2 /g\n"
          "  node1            unknown: no route to host\n");
}

TEST_CASE("a terminal shows where a ready deployment serves", "[launch]") {
    DeploymentStatus status = summarize("r1", {host("node0", Phase::ready)});
    status.endpoint = "http://10.0.0.1:8000/v1";
    status.model = "r1";
    CHECK(show(status) == "r1: ready, http://10.0.0.1:8000/v1 serves \"r1\"\n  node0            ready\n");
}
