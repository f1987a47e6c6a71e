// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace r1cluster::detail {

/// The guard of one deployment on one host: a process of its own that owns the engine's processes, keeps their logs,
/// watches ranks and peers, and ends everything when one of them ends. What it decides is
/// supervise::step(); this file only carries it out. It is asked through the socket guard.sock of its
/// folder, see GuardRequest in host/guard/protocol.hpp. `folder` is a prepared JobFolder. Returns the exit code.
int run_guard(const std::string& folder);

}  // namespace r1cluster::detail
