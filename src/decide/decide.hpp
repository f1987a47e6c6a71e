// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "r1cluster/check/check.hpp"
#include "r1cluster/config/settings.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/plan/plan.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster::detail {

/// The pure middle of up(): everything from what was read to what would be started.
struct Decided {
    Cluster cluster;
    std::optional<Checkpoint> checkpoint;
    Plan plan;
    Report report;
    Settings settings;
    std::optional<LaunchPlan> launch_plan;

    /// The layout that up() would take; nullptr: there is none, and the report says why.
    const Layout* layout() const { return plan.layouts.empty() ? nullptr : &plan.layouts.front(); }
};

/// What a stage cannot do becomes a finding of the report, so that all that is wrong is said at once.
Decided decide(const DeploymentSpec& spec, const Recording& recording, const PlanOptions& options = {});

}  // namespace r1cluster::detail
