// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/config/settings.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/layout/layout.hpp"
#include "r1cluster/model/checkpoint.hpp"
#include "r1cluster/plan/plan.hpp"
#include "r1cluster/report/report.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

/// The steps of decide(), in their order. A step that is refused leaves its value and those of later steps unset.
enum class DecisionStep { checkpoint, plan, settings, launch };

std::string_view to_text(DecisionStep step);

/// Why a step has no value.
struct Refusal {
    DecisionStep step = DecisionStep::checkpoint;  ///< that was refused
    std::string subject;                           ///< the path, host or variable that the step could not accept
    std::string because;                           ///< the reason
    bool operator==(const Refusal&) const = default;
};

/// One deployment, decided but not started: its spec, what is known of hosts and model, and what follows from that.
/// decide() makes it. Whoever has some of the parts can fill them in and call check(): an unset part is unknown, and
/// the rules that need it answer "unknown" or do not apply.
struct Decision {
    DeploymentSpec spec;                    ///< what was asked for
    Cluster cluster;                        ///< what is known of the hosts
    std::optional<Checkpoint> checkpoint;   ///< unset: no host gave one, or it cannot be read
    Plan plan;                              ///< every layout that is possible, best first
    std::optional<Layout> layout;           ///< the one of them that the next two are for
    std::optional<Settings> settings;       ///< environment of the engine on each host
    std::optional<LaunchPlan> launch_plan;  ///< what start() starts
    std::vector<Refusal> refusals;          ///< in the order of the steps
    Report report;                          ///< of check(); with an error in it, up() does not start

    /// nullptr: the step was not refused.
    const Refusal* find(DecisionStep step) const;

    /// The value, or Error (invalid_input) with the refusal of the step that should have given it; Error (not_found)
    /// where no host gave a checkpoint.
    const Layout& require_layout() const;
    const Settings& require_settings() const;
    const LaunchPlan& require_launch_plan() const;

    bool operator==(const Decision&) const = default;
};

}  // namespace r1cluster
