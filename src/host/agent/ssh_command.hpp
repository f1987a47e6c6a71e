// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "r1cluster/host/options.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster::detail {

/// The executable that runs as agent: where it is here, and what names it there.
struct AgentBinary {
    std::string path;
    std::string sha256;
    std::uint64_t size_bytes = 0;
};

/// Lines by which the start script says how it goes on.
inline constexpr const char* have_agent_line = "R1CLUSTER-HAVE";
inline constexpr const char* need_agent_line = "R1CLUSTER-NEED";
inline constexpr const char* no_agent_line = "R1CLUSTER-FAILED";

/// What starts the agent on this host, as argv: ssh with the user's own configuration, or our own executable.
std::vector<std::string> agent_command(const HostSpec& host, const HostOptions& options, const AgentBinary& binary);

}  // namespace r1cluster::detail
