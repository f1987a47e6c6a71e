// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "host/agent/agents.hpp"
#include "r1cluster/host/deploy/deployment.hpp"

namespace r1cluster::detail {

/// Names the steps and counts their seconds.
class Steps {
public:
    explicit Steps(std::vector<StepTime>& times);
    void end(const std::string& step);

private:
    std::vector<StepTime>& times_;
    double begin_;
};

/// The refusal to start what is on its hosts already.
Error runs_already(const DeploymentStatus& status);

/// How the deployment is, once what is on its way out has gone. Throws Error (unavailable) where one is starting or
/// running that is not ready.
asio::awaitable<DeploymentStatus> settled_status(Agents& hosts);

/// Makes sure that every host has the image of [container]. Throws Error with the host's name.
asio::awaitable<void> fetch_images(Agents& hosts);

/// What tells the jobs of one `up` from those of any other.
std::string new_generation();

/// Creates the guards, starts the processes and waits for the first token; fills in status, transports, steps, and
/// what the logs say of a failure. Undoes what it did where the status is not ready in the end, or it throws.
asio::awaitable<void> start_on_hosts(Agents& hosts, std::string generation, const Knowledge& knowledge,
                                     UpResult& result, Steps& steps);

/// Leaves the hosts as they were found: ends what was started under this generation, and nothing else. Logs stay where
/// they can still explain something. Answers in one sentence what was ended, and where something may be left.
asio::awaitable<std::string> undo(Agents& hosts, bool keeps_logs, std::string generation);

}  // namespace r1cluster::detail
