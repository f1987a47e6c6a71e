// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "host/guard/job_folder.hpp"

namespace r1cluster::detail {

/// Starts this executable as the guard of a job, in a session of its own. Throws Error (system).
void start_guard_process(const JobFolder& folder);

/// The process that holds the lock of the job's folder; nullopt: none does, or it cannot be seen from here.
std::optional<int> find_guard_process(const JobFolder& folder);

/// Ends by force a guard that does not answer or speaks no protocol of this build. What it guarded is not ended by
/// this. Returns false where no guard was found.
bool kill_guard_process(const JobFolder& folder);

}  // namespace r1cluster::detail
