// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "r1cluster/layout/layout.hpp"
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

}  // namespace r1cluster
