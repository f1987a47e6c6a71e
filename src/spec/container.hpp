// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster::detail {

/// "--mount type=bind,source=SOURCE,target=TARGET,readonly", as two words.
std::vector<std::string> bind_mount(const std::string& source, const std::string& target, bool is_read_only);

/// The options that `ContainerSpec::mounts` and `ContainerSpec::options` ask for.
std::vector<std::string> asked_options(const ContainerSpec& container);

}  // namespace r1cluster::detail
