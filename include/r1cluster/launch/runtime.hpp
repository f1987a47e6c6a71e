// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace r1cluster {

/// How processes are executed.
enum class RuntimeKind {
    process,  ///< child processes of the guard, in one cgroup per deployment
};

std::string_view to_text(RuntimeKind runtime);

/// What stands between a command of the plan and the process that runs it: how a host's processes are executed,
/// watched and ended. src/host/guard executes it; docs/extending.md lists what another runtime must supply.
struct Runtime {
    RuntimeKind kind = RuntimeKind::process;  ///< how processes are executed
    bool operator==(const Runtime&) const = default;
};

}  // namespace r1cluster
