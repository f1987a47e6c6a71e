// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace r1cluster::detail {

/// The guard of one deployment on one host: a process of its own that owns the engine's processes, keeps their logs,
/// watches ranks and peers, and ends everything when one of them ends. What it decides is
/// supervise::step(); this file only carries it out. `folder` is a prepared JobFolder. Returns the exit code.
int run_guard(const std::string& folder);

/// What the guard is asked through its socket: one line of JSON {"verb": ...}, answered by one line, a HostStatus.
/// Verbs: begin, commit, stop, status, ping. A connection that has sent "begin" is the controller's.

}  // namespace r1cluster::detail
