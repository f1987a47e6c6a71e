// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "host/os/command.hpp"

namespace r1cluster::detail {

/// On every container of a job; its value is the job's marker.
inline constexpr const char* job_label = "r1cluster.job";

/// The status of a container that has ended, as waitpid would give it, from its exit code.
int wait_status_of(int exit_code);

/// Removes every container of a job, running or not, with its anonymous volumes. Returns what stands in the way; empty:
/// none is left. Blocks, for a minute at most.
std::string remove_containers(const std::string& program, const std::string& marker);

}  // namespace r1cluster::detail
