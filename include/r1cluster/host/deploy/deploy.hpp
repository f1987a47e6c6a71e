// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "r1cluster/host/deploy/deployment.hpp"
#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster {

struct UpOptions {
    bool is_dry_run = false;                      ///< everything but the start
    bool ignores_findings = false;                ///< start in spite of errors in the report
    int layout = 0;                               ///< index in the plan's layouts, whose first is the best
    Knowledge knowledge = Knowledge::embedded();  ///< the tables to decide by
};

/// Functions that start, watch and end deployments. Each blocks until it is done; any thread may call it, and calls on
/// one Hosts take turns. It installs no signal handler, and ends early by is_cancelled alone (docs/embedding.md).

/// Takes the hosts of the spec to a served model: read(), decide(), start(). Anything that fails on the way, an
/// interruption included, leaves every reachable host as it was found. Starts nothing when the report has errors, and
/// returns a Deployment whose result() says so.
Deployment up(Hosts& hosts, const UpOptions& up_options = {});
Deployment up(const DeploymentSpec& spec, const UpOptions& up_options = {}, const HostOptions& options = {});

/// How the deployment of this spec is, on each of its hosts.
DeploymentStatus read_status(Hosts& hosts);
DeploymentStatus read_status(const DeploymentSpec& spec, const HostOptions& options = {});

/// Ends it on every host that can be reached, and waits until nothing is left there. Logs stay, unless
/// `purge`. What was ended is in the result; a host that could not be asked is Phase::unknown.
DeploymentStatus down(Hosts& hosts, bool purge = false);
DeploymentStatus down(const DeploymentSpec& spec, bool purge = false, const HostOptions& options = {});

/// The engine's logs of each host, as they are now.
std::vector<EngineLog> read_logs(Hosts& hosts, const LogOptions& log_options = {});
std::vector<EngineLog> read_logs(const DeploymentSpec& spec, const LogOptions& log_options = {},
                                 const HostOptions& options = {});

/// The same as they grow: `on_text` gets pieces that end with a line end, on the calling thread.
void follow_logs(Hosts& hosts, const std::function<void(const EngineLog&)>& on_text,
                 const LogOptions& log_options = {});
void follow_logs(const DeploymentSpec& spec, const std::function<void(const EngineLog&)>& on_text,
                 const LogOptions& log_options = {}, const HostOptions& options = {});

}  // namespace r1cluster
