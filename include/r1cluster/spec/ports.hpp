// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

/// TCP ports on the head host, all derived from [serve] port, so that two deployments with different API
/// ports on one machine do not meet.
struct DeploymentPorts {
    int api = 0;         ///< [serve] port, at [serve] address
    int rendezvous = 0;  ///< torch's meeting point; used where ranks are on several hosts
    int guard = 0;       ///< to which the other hosts' guards connect; used as rendezvous is
    bool operator==(const DeploymentPorts&) const = default;
};

/// API port + 20000 and + 10000; from 40000 on, - 20000 and - 10000.
DeploymentPorts deployment_ports(const DeploymentSpec& spec);

/// A TCP port that a deployment will bind, so that read() can try it and plan_launch() can use it.
struct PlannedPort {
    std::string host;
    std::string address;  ///< that will be bound
    int port = 0;
    std::string purpose;  ///< "API", "torch rendezvous", "guard link"
    bool operator==(const PlannedPort&) const = default;
};

/// The API port on the head, and with several hosts the rendezvous and guard-link ports beside it, as
/// deployment_ports() numbers them. The engine opens further ports of its own choice.
std::vector<PlannedPort> planned_ports(const DeploymentSpec& spec);

}  // namespace r1cluster
