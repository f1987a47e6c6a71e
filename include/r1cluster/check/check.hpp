// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "r1cluster/plan/layout.hpp"
#include "r1cluster/report/report.hpp"

namespace r1cluster {

/// Everything a check looks at. What is unset was not read, and its rules answer "unknown".
struct CheckInput {
    const DeploymentSpec& spec;
    const Cluster& cluster;
    const Checkpoint* checkpoint = nullptr;
    const Layout* layout = nullptr;
};

/// Applies every rule to every subject. The rules, their ids and sources: docs/checks.md, or
/// `r1cluster check --explain`.
Report check(const CheckInput& input);

/// Ports that a deployment uses on each host, so that read() can try them and launch() use them.
struct PlannedPort {
    std::string host;
    std::string address;  ///< that will be bound
    int port = 0;
    std::string purpose;  ///< "API", "torch rendezvous", "guard link"
    bool operator==(const PlannedPort&) const = default;
};

std::vector<PlannedPort> planned_ports(const DeploymentSpec& spec);

}  // namespace r1cluster
