// SPDX-License-Identifier: Apache-2.0
#include "host/deploy/phases.hpp"

#include "support/catch.hpp"

using namespace r1cluster;

namespace {

/// What two hosts say after the agent on node1 was killed: its guard takes the controller for gone.
DeploymentStatus without_an_agent() {
    Cause cause;
    cause.host = "node1";
    cause.text = "the controller went away before the deployment was ready";
    HostStatus node0, node1;
    node0.host = "node0";
    node0.phase = Phase::failed;
    node0.cause = cause;
    node1.host = "node1";
    node1.because = "talking to node1: ssh ended with code 255";
    return summarize("r1", {node0, node1});
}

}  // namespace

TEST_CASE("the cause is the connection that was lost, and not a controller that is still there", "[host/deploy]") {
    DeploymentStatus status = without_an_agent();
    detail::prefer_lost_connection(status);
    REQUIRE(status.cause);
    CHECK(status.cause->text ==
          "the agent on node1 was lost while the engine started: talking to node1: ssh ended with code 255; its guard "
          "has ended what ran there");
}

TEST_CASE("a lost connection does not hide a process that has ended, nor the loss of another host", "[host/deploy]") {
    DeploymentStatus status = without_an_agent();
    status.cause->process = "worker-1";
    const Cause before = *status.cause;
    detail::prefer_lost_connection(status);
    CHECK(status.cause == before);
    status = without_an_agent();
    status.cause->host = "node0";
    const Cause other = *status.cause;
    detail::prefer_lost_connection(status);
    CHECK(status.cause == other);
}
