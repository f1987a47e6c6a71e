// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster {

enum class Phase {
    absent,    ///< nothing of this deployment is on the host
    starting,  ///< processes run, no token yet
    ready,     ///< a token was generated, and every rank is alive
    stopping,
    stopped,  ///< ended because somebody asked
    failed,   ///< ended by itself; `cause` says how it began
    unknown,  ///< the host could not be asked; never the same as failed
};

std::string_view to_text(Phase phase);

/// Why a group ended: the first thing that went wrong, not what followed from it.
struct Cause {
    std::string host;
    std::string process;      ///< name of the ProcessSpec; empty: not about a process
    std::optional<int> rank;  ///< global
    std::optional<int> pid;
    std::optional<int> exit_code;
    std::optional<int> signal;
    bool is_out_of_memory = false;  ///< the kernel's OOM killer ended it
    std::string text;               ///< one sentence: "rank 1 on node1 was killed by SIGKILL"
    std::string last_line;          ///< of its log, the last that speaks of an error, else the last
    std::string at;                 ///< RFC 3339 UTC by the clock of its host
    bool operator==(const Cause&) const = default;
};

struct ProcessStatus {
    std::string name;
    int pid = 0;
    bool is_alive = false;
    std::optional<int> exit_code;
    std::optional<int> signal;
    std::string log;  ///< path on the host
    bool operator==(const ProcessStatus&) const = default;
};

struct RankStatus {
    int rank = 0;
    int pid = 0;  ///< 0: not seen yet
    bool is_alive = false;
    bool operator==(const RankStatus&) const = default;
};

struct HostStatus {
    std::string host;
    Phase phase = Phase::unknown;
    std::string because;  ///< of unknown and absent
    int guard_pid = 0;
    std::string containment;  ///< what makes sure that nothing is left: "cgroup v2 /...", "subreaper"
    std::vector<ProcessStatus> processes;
    std::vector<RankStatus> ranks;
    std::optional<Cause> cause;
    std::string activity;    ///< the last line of the newest log, for progress
    std::string started_at;  ///< RFC 3339 UTC
    bool operator==(const HostStatus&) const = default;
};

struct DeploymentStatus {
    std::string deployment;
    Phase phase = Phase::unknown;  ///< of the whole, see summarize()
    std::string endpoint;          ///< "http://10.0.0.1:8000/v1"; empty: not serving
    std::string model;             ///< served name
    std::vector<HostStatus> hosts;
    std::optional<Cause> cause;  ///< the first one of all hosts
    bool operator==(const DeploymentStatus&) const = default;
};

/// The phase and first cause of the whole from those of its hosts. Failed beats unknown beats the rest; ready
/// only when every host is.
DeploymentStatus summarize(std::string deployment, std::vector<HostStatus> hosts);

/// For a terminal: the cause first, if there is one.
std::string show(const DeploymentStatus& status);

}  // namespace r1cluster
