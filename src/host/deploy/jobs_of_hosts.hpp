// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/agent/agents.hpp"
#include "host/guard/protocol.hpp"
#include "r1cluster/diagnose/diagnose.hpp"
#include "r1cluster/launch/status.hpp"

namespace r1cluster::detail {

/// Questions about one deployment, to all of its hosts at once. With a generation they concern the jobs of that `up`
/// alone, and a host that has the job of another one answers Phase::absent.

/// A host that could not be asked is Phase::unknown, with the reason.
asio::awaitable<DeploymentStatus> status_of_hosts(Agents& hosts, std::string generation = {});
/// The same verb to every guard.
asio::awaitable<DeploymentStatus> ask_guards(Agents& hosts, protocol::GuardVerb verb, double timeout_s,
                                             std::string generation = {});
/// Ends everything, and waits for it.
asio::awaitable<DeploymentStatus> end_on_hosts(Agents& hosts, bool purge, std::string generation = {});

/// A piece of a log, with the file that the text came from, and where the next piece begins.
struct LogPiece {
    EngineLog log;
    std::string file_id;
    std::uint64_t next_offset = 0;
    bool has_more = false;  ///< at once
};
using LogOffsets = std::map<std::string, std::map<std::string, std::uint64_t>>;  // host -> id of a file -> offset
/// How much of the beginning and of the end of each log is wanted; both 0: all of it.
struct LogWindows {
    std::uint64_t head_bytes = 0;
    std::uint64_t tail_bytes = 0;
};
constexpr std::uint64_t window_bytes = 4 << 20;  // more than this, and diagnose() does not look at it

/// One reply of each host; what hosts could not be asked is left out. Without windows there may be more.
asio::awaitable<std::vector<LogPiece>> log_pieces(Agents& hosts, LogOffsets offsets, LogWindows windows);
/// The logs as they are now, one text a process, rotated parts joined, the oldest first.
asio::awaitable<std::vector<EngineLog>> logs_of_hosts(Agents& hosts, LogWindows windows);

}  // namespace r1cluster::detail
