// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/agent/ssh_command.hpp"

namespace r1cluster::detail {

/// The executable of these options, read and hashed. Throws Error (not_found).
AgentBinary load_agent_binary(const HostOptions& options);

}  // namespace r1cluster::detail
