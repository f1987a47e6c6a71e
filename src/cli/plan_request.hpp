// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cli/session.hpp"

namespace r1cluster::cli {

/// A rate that somebody saw, and under which load.
struct Observation {
    double tokens_per_s = 0;
    Workload workload;
};

/// What the options of `plan` ask for beyond the spec, which they overrule.
struct PlanRequest {
    std::string expert_parallel, calibration_log;
    std::optional<Goal> goal;
    std::optional<Observation> observed;
    std::optional<int> tensor_parallel, pipeline_parallel, data_parallel, decode_context_parallel;
    std::optional<std::int64_t> context_tokens;
    PlanOptions options;
    bool wants_memory = false;
    bool wants_speed = false;

    void add_to(CLI::App& verb);
    DeploymentSpec applied_to(DeploymentSpec spec) const;
    bool wants_forecast() const { return wants_memory || wants_speed || observed; }
    /// Prints the memory, the speed, or what may explain the observation, of the first layout.
    void print_forecast(const Session& session, const Decision& decision) const;
};

}  // namespace r1cluster::cli
