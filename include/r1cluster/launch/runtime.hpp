// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

/// What stands between a command of the plan and the process that runs it: how one process is executed, watched and
/// ended. src/host/guard executes it; docs/extending.md lists what another runtime must supply.
struct Runtime {
    RuntimeKind kind = RuntimeKind::process;  ///< how the process is executed
    std::string program;                      ///< of a container: executable of Docker or Podman
    std::string image;                        ///< of a container
    std::string cache_volume;                 ///< of a container: mounted at "{state}/cache", until `down --purge`
    /// Of a container: options of `create`, complete but for name, label, entry point and environment, which the guard
    /// adds. "{state}" stands for the deployment's state folder.
    std::vector<std::string> options;
    bool operator==(const Runtime&) const = default;
};

}  // namespace r1cluster
