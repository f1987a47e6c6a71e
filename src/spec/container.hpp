// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster::detail {

/// What executes the engine's processes on a host.
RuntimeKind runtime_of(const DeploymentSpec& spec, const HostSpec& host);

/// The executable of Docker or Podman for a deployment in containers: the one that the spec names, else the one that
/// was found on the host, else the bare name.
std::string container_program(const DeploymentSpec& spec, const HostSpec& host, const std::string& found_path = "");

/// "--mount type=bind,source=SOURCE,target=TARGET,readonly", as two words.
std::vector<std::string> bind_mount(const std::string& source, const std::string& target, bool is_read_only);

/// The options that `ContainerSpec::mounts` and `ContainerSpec::options` ask for.
std::vector<std::string> asked_options(const ContainerSpec& container);

}  // namespace r1cluster::detail
