// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// The version of a distribution in the Python environment of a machine's engine; nullptr where it, or the whole
/// environment, is absent.
const std::string* package_version(const Machine& machine, const std::string& name);

}  // namespace r1cluster::detail
