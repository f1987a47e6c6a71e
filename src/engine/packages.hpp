// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What is installed in the Python environment of a machine's engine.

#include <optional>
#include <string>

#include "r1cluster/base/version.hpp"
#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// The distribution's version, nullptr where it, or the whole environment, is absent.
const std::string* package_version(const Machine& machine, const std::string& name);
/// vLLM's, under either of the names that it is distributed by.
const std::string* engine_package(const Machine& machine);
/// The same as a version; unset too where it is written as none.
std::optional<Version> engine_version(const Machine& machine);

}  // namespace r1cluster::detail
