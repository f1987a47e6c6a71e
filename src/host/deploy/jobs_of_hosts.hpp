// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/agent/agents.hpp"
#include "host/guard/protocol.hpp"
#include "r1cluster/diagnose/diagnose.hpp"
#include "r1cluster/launch/status.hpp"

namespace r1cluster::detail {

/// Questions about one deployment, to all of its hosts at once.

/// A host that could not be asked is Phase::unknown, with the reason.
asio::awaitable<DeploymentStatus> status_of_hosts(Agents& hosts);
/// The same verb to every guard.
asio::awaitable<DeploymentStatus> ask_guards(Agents& hosts, protocol::GuardVerb verb, double timeout_s);
/// Ends everything, and waits for it.
asio::awaitable<DeploymentStatus> end_on_hosts(Agents& hosts, bool purge);
/// Logs with the file that each text came from, and where the next piece begins.
struct LogPiece {
    EngineLog log;
    std::string file;
    std::uint64_t next_offset = 0;
};
using LogOffsets = std::map<std::string, std::map<std::string, std::uint64_t>>;  // host -> file -> offset
asio::awaitable<std::vector<LogPiece>> log_pieces(Agents& hosts, LogOffsets offsets, std::uint64_t tail_bytes);
/// One text a process, rotated parts joined, oldest first.
std::vector<EngineLog> join_pieces(const std::vector<LogPiece>& pieces);

}  // namespace r1cluster::detail
