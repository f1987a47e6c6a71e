// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "engine/definition.hpp"
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
    const EngineDefinition* engine = nullptr;  ///< its `launch` is there
    Version version;                           ///< of the engine
    bool is_on_gpus = false;
    std::string backend;
    DeploymentPorts ports;
    const Knowledge* knowledge = nullptr;

    const GroupHost& head() const { return hosts.front(); }
    std::string head_address() const { return head().settings->address; }
    const knowledge::EngineKnowledge& tables() const { return knowledge->engine(engine->name); }
    bool has(EngineFeature feature) const { return tables().has(feature, version); }
    /// The first release that has it.
    std::string since(EngineFeature feature) const { return tables().since(feature); }
};

/// Throws Error (invalid_input) where the layout, the engine and the hosts do not go together.
Group group_of(const DeploymentSpec& spec, const Cluster& cluster, const Layout& layout, const Settings& settings,
               const Knowledge& knowledge);

/// Throws Error (invalid_input): this start cannot be planned.
[[noreturn]] void refuse(const DeploymentSpec& spec, const std::string& why);

/// The environment of every process on a host: what is set, by name.
std::map<std::string, std::string> environment(const HostSettings& settings);

/// One process of the engine per host, which find each other by themselves. `plan.hosts` is filled in already.
void add_mp_processes(LaunchPlan& plan, const Group& group);
/// A Ray cluster over the hosts, and the engine on its head. `plan.hosts` is filled in already.
void add_ray_processes(LaunchPlan& plan, const Group& group);

/// How the engine's processes of this host are executed: in a container where the spec has one. Adds its reasons to the
/// plan, each once.
Runtime engine_runtime(LaunchPlan& plan, const Group& group, const GroupHost& host);

/// A reason of the plan, once.
void say_once(LaunchPlan& plan, const std::string& because);

/// The reverse proxy beside the engine on the head, where the spec has one.
void add_proxy(LaunchPlan& plan, const Group& group);

/// The engine's server on node `node`; with Ray there is one, on the head. Adds its reasons to the plan, each once.
ProcessSpec engine_process(LaunchPlan& plan, const Group& group, std::size_t node);

}  // namespace r1cluster::detail
