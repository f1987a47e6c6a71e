// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/base/version.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/spec/ports.hpp"

namespace r1cluster::detail {

/// One host of the group of processes that is to be started.
struct GroupHost {
    const HostSpec* spec = nullptr;
    const HostSettings* settings = nullptr;
    const Machine* machine = nullptr;  ///< nullptr: nothing was read
    std::string python;
    std::vector<int> ranks;
};

/// Everything that the commands follow from. `hosts` is ordered by rank; the first is the head.
struct Group {
    const DeploymentSpec* spec = nullptr;
    const Layout* layout = nullptr;
    std::vector<GroupHost> hosts;
    Version engine;
    bool is_on_gpus = false;
    std::string backend;
    DeploymentPorts ports;

    const GroupHost& head() const { return hosts.front(); }
    std::string head_address() const { return head().settings->address; }
};

/// Throws Error (invalid_input) where the layout, the engine and the hosts do not go together.
Group group_of(const DeploymentSpec& spec, const Cluster& cluster, const Layout& layout, const Settings& settings);

/// The environment of every process on a host: what is set, by name.
std::map<std::string, std::string> environment(const HostSettings& settings);

/// The engine's own processes on each host of `plan.hosts`, with the reasons for what is not obvious.
void add_engine_processes(LaunchPlan& plan, const Group& group);
/// A Ray cluster over the hosts, and the engine on its head. `plan.hosts` is filled in already.
void add_ray_processes(LaunchPlan& plan, const Group& group);
/// The server's command; `where` is what places it (--nnodes ...).
std::vector<std::string> serve_command(LaunchPlan& plan, const Group& group, const GroupHost& host,
                                       const std::vector<std::string>& where);

}  // namespace r1cluster::detail
