// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "r1cluster/check/check.hpp"
#include "r1cluster/config/settings.hpp"
#include "r1cluster/diagnose/diagnose.hpp"
#include "r1cluster/host/options.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/launch/status.hpp"
#include "r1cluster/plan/plan.hpp"

namespace r1cluster {

struct UpOptions {
    bool is_dry_run = false;        ///< everything but the start
    bool ignores_findings = false;  ///< start in spite of errors in the report
};

struct StepTime {
    std::string step;
    double seconds = 0;
    bool operator==(const StepTime&) const = default;
};

/// Everything that up() found, decided and did.
struct UpResult {
    Cluster cluster;
    Plan plan;
    Report report;
    Settings settings;
    std::optional<LaunchPlan> launch_plan;  ///< unset: it did not come so far, and the report says why
    DeploymentStatus status;
    std::vector<TransportUse> transports;  ///< that NCCL said it uses
    std::vector<StepTime> steps;
    bool was_running = false;  ///< the deployment was up already; nothing was done
    bool operator==(const UpResult&) const = default;
};

/// Takes the hosts of the spec to a served model: read, interpret, plan, check, config, launch, ready.
/// Anything that fails on the way, an interruption included, leaves every reachable host as it was found.
/// Returns without a start when the report has errors.
UpResult up(const DeploymentSpec& spec, const UpOptions& up_options = {}, const HostOptions& options = {});

/// How the deployment of this spec is, on each of its hosts.
DeploymentStatus read_status(const DeploymentSpec& spec, const HostOptions& options = {});

/// Ends it on every host that can be reached, and waits until nothing is left there. Logs stay, unless
/// `purge`. What was ended is in the result; a host that could not be asked is Phase::unknown.
DeploymentStatus down(const DeploymentSpec& spec, bool purge = false, const HostOptions& options = {});

struct LogOptions {
    std::string host;     ///< empty: all
    bool follow = false;  ///< until interrupted or the deployment has ended
    int lines = 100;      ///< of each log, from its end; 0: all that is kept
};

/// The engine's logs of each host, as they are now.
std::vector<EngineLog> read_logs(const DeploymentSpec& spec, const LogOptions& log_options = {},
                                 const HostOptions& options = {});

/// The same as they grow: `on_text` gets pieces that end with a line end.
void follow_logs(const DeploymentSpec& spec, const std::function<void(const EngineLog&)>& on_text,
                 const LogOptions& log_options = {}, const HostOptions& options = {});

}  // namespace r1cluster
