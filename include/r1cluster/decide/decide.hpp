// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/check/decision.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster {

struct DecideOptions {
    PlanOptions plan;
    int layout = 0;  ///< index in Decision::plan.layouts, whose first is the best
};

/// Everything from what was read to what start() would start, without I/O: interprets the recording, plans layouts,
/// chooses settings, plans the launch, and checks it all. What a step refuses is in `refusals` and in the report, so
/// that one call tells everything that is wrong; only a `layout` that the plan does not list is an Error
/// (invalid_input).
Decision decide(const DeploymentSpec& spec, const Recording& recording, const DecideOptions& options = {},
                const Knowledge& knowledge = Knowledge::embedded());

}  // namespace r1cluster
