// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

/// TCP ports on the head host, all derived from [serve] port, so that two deployments with different API
/// ports on one machine do not collide.
struct DeploymentPorts {
    int api = 0;         ///< [serve] port, at [serve] address: of the reverse proxy, else of the engine
    int rendezvous = 0;  ///< torch's rendezvous; used with several hosts
    int guard = 0;       ///< guard link of the other hosts; used with several hosts
    int engine = 0;      ///< the engine's own API, at 127.0.0.1 behind a reverse proxy; without one the same as `api`
    /// Of what an engine opens on a host behind the head; hosts may share a machine. 0 is the head.
    int of_node(int node) const { return engine < 40000 ? engine + node : engine - node; }
    bool operator==(const DeploymentPorts&) const = default;
};

/// API port + 20000, + 10000 and, behind a proxy, + 5000; from 40000 on, less so much.
DeploymentPorts deployment_ports(const DeploymentSpec& spec);

/// A TCP port that a deployment will bind, so that read() can try it and plan_launch() can use it.
struct PlannedPort {
    std::string host;     ///< name in the spec
    std::string address;  ///< address that will be bound
    int port = 0;         ///< TCP port number
    std::string purpose;  ///< "API", "engine behind the proxy", "torch rendezvous", "guard link"
    bool operator==(const PlannedPort&) const = default;
};

/// The ports of deployment_ports() on the head: the API port, behind a proxy the engine's, and with several hosts also
/// the rendezvous and guard-link ports; and those that the engine of the spec binds besides in every release. The
/// engine opens further ports that it chooses itself.
std::vector<PlannedPort> planned_ports(const DeploymentSpec& spec);

}  // namespace r1cluster
