// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace r1cluster {

/// Makes the calling program its own agent, in the place of the r1cluster executable: call it first in main(), before
/// any thread, and return its value where it has one. `PROGRAM agent` and `PROGRAM guard FOLDER` then belong to
/// r1cluster: the call runs as agent or guard until its work is done and returns the exit code (3: an error, which
/// standard error names). For other arguments it returns nullopt, and find_binary() finds this program.
///
/// The program is copied to hosts, so hosts must have the shared libraries that it needs.
std::optional<int> agent_main(int argc, const char* const* argv);

}  // namespace r1cluster
