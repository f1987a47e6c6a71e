// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/registry/registry.hpp"
#include "r1cluster/base/version.hpp"
#include "r1cluster/check/check.hpp"

namespace r1cluster::detail {

/// What a rule looks at: the parts of a decision, and the tables.
struct CheckInput {
    const DeploymentSpec& spec;
    const Cluster& cluster;
    const std::optional<Checkpoint>& checkpoint;
    const std::optional<Layout>& layout;
    const std::optional<Settings>& settings;
    const std::optional<LaunchPlan>& launch_plan;
    const Decision& decision;
    const Knowledge& knowledge;
};

/// A host as asked for, and as it is.
struct Subject {
    const HostSpec& host;
    const Machine& machine;
};

/// Of the layout; without one, of the spec.
const EngineDefinition& engine_of(const CheckInput& input);

/// The hosts that answered, in the order of the spec.
std::vector<Subject> reached_hosts(const CheckInput& input);

/// Docker or Podman, whichever the spec asks for, as it was found on the host; nullptr: it was not.
const ContainerRuntime* installed_runtime(const CheckInput& input, const Subject& subject);
/// Its executable, for a command that somebody types.
std::string container_program(const CheckInput& input, const Subject& subject);

/// Whether ranks of this host are on GPUs: by the layout, else unless its engine is built for the CPU.
bool uses_gpus(const CheckInput& input, const Subject& subject);
/// GPUs of this host that the layout uses, else those of the spec, else all.
std::vector<const Gpu*> used_gpus(const CheckInput& input, const Subject& subject);
std::vector<const RankPlacement*> ranks_of(const CheckInput& input, const HostSpec& host);
/// Whether ranks are on several hosts: by the layout, else by the spec.
bool spans_hosts(const CheckInput& input);

/// The command as it is typed at the controller: through ssh where the host is not this machine.
std::string command_on(const HostSpec& host, std::string_view command);

}  // namespace r1cluster::detail
