// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "config/clusters.hpp"
#include "config/shell.hpp"
#include "r1cluster/launch/launch_plan.hpp"

namespace r1cluster::testing {

/// With the engine that the spec and the hosts give, for a model of bfloat16.
template <class Given>
LaunchPlan launched(Given given) {
    given.layout.engine = choose_engine(given.spec, given.cluster, {.dtype = "bfloat16"});
    return plan_launch(given.spec, given.cluster, given.layout,
                       choose_settings(given.spec, given.cluster, given.layout));
}

inline void install(Cluster& cluster, const std::map<std::string, std::string>& packages,
                    const std::string& python = "/opt/vllm/bin/python") {
    for (Machine& machine : cluster.machines)
        machine.engine = EngineEnvironment{.python = python, .python_version = "3.12.9", .packages = packages};
}

inline std::string command(const LaunchPlan& plan, std::size_t host, std::size_t process = 0) {
    return detail::shell_command(plan.hosts.at(host).processes.at(process).argv);
}

inline bool says(const LaunchPlan& plan, const std::string& part) {
    return std::ranges::any_of(plan.because,
                               [&](const std::string& because) { return because.find(part) != std::string::npos; });
}

}  // namespace r1cluster::testing
