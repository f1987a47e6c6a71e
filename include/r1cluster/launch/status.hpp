// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster {

/// How far a deployment is.
enum class Phase {
    absent,    ///< the host has nothing of this deployment
    starting,  ///< processes run, but no token was generated yet
    ready,     ///< a token was generated, and every rank is alive
    stopping,  ///< processes are being ended
    stopped,   ///< ended on request
    failed,    ///< ended without a request; `cause` says why
    unknown,   ///< the host could not be asked; not a failure
};

std::string_view to_text(Phase phase);

/// Why a deployment ended: the first failure, not its consequences.
struct Cause {
    std::string host;               ///< on which it happened
    std::string process;            ///< name of the ProcessSpec; empty: no process is concerned
    std::optional<int> rank;        ///< global
    std::optional<int> pid;         ///< of the process that ended; unset: unknown
    std::optional<int> exit_code;   ///< unset: it ended by a signal, or unknown
    std::optional<int> signal;      ///< number of the signal; unset: it ended by itself, or unknown
    bool is_out_of_memory = false;  ///< the kernel's OOM killer ended the process
    std::string text;               ///< one sentence: "rank 1 on node1 was killed by SIGKILL"
    std::string last_line;          ///< last error line of the process's log, otherwise the last line
    std::string at;                 ///< RFC 3339 UTC by the host's clock
    bool operator==(const Cause&) const = default;
};

/// How one process of the engine is.
struct ProcessStatus {
    std::string name;              ///< in the launch plan
    int pid = 0;                   ///< 0: not started
    bool is_alive = false;         ///< it runs
    std::optional<int> exit_code;  ///< unset: it runs, or ended by a signal
    std::optional<int> signal;     ///< that ended it; unset: none
    std::string log;               ///< path on the host
    bool operator==(const ProcessStatus&) const = default;
};

/// How the process of one rank is.
struct RankStatus {
    int rank = 0;           ///< global
    int pid = 0;            ///< 0: not seen yet
    bool is_alive = false;  ///< its process runs
    bool operator==(const RankStatus&) const = default;
};

/// An engine that serves and generates no token, though it is asked to.
struct Stall {
    std::string host;         ///< of the rank that stands out; otherwise the head
    std::optional<int> rank;  ///< whose process behaves unlike those of the other ranks; unset: none does
    std::optional<int> pid;   ///< of its process; unset: unknown
    double seconds = 0;       ///< since the engine was last seen to work
    std::string text;         ///< one sentence: "no token for 24 s: rank 1 on node1 (pid 4711) used 0 % of a CPU ..."
    bool operator==(const Stall&) const = default;
};

/// How a deployment is on one host.
struct HostStatus {
    std::string host;                      ///< name in the spec
    Phase phase = Phase::unknown;          ///< how far the deployment is there
    std::string because;                   ///< reason for the phases unknown and absent
    int guard_pid = 0;                     ///< 0: there is no guard
    std::string containment;               ///< how processes are contained: "cgroup v2 /...", "subreaper"
    std::vector<ProcessStatus> processes;  ///< of the engine
    std::vector<RankStatus> ranks;         ///< that run there
    std::optional<Cause> cause;            ///< unset: nothing went wrong, or it is unknown
    std::optional<Stall> stall;            ///< said by the head's guard; unset: the engine works, or it is unknown
    std::string activity;                  ///< the last line of the newest log, for progress
    std::string started_at;                ///< RFC 3339 UTC
    bool operator==(const HostStatus&) const = default;
};

/// How a deployment is.
struct DeploymentStatus {
    std::string deployment;         ///< name of the spec
    Phase phase = Phase::unknown;   ///< phase of the deployment, see summarize()
    std::string endpoint;           ///< "http://10.0.0.1:8000/v1"; empty: not serving
    std::string model;              ///< served name
    std::vector<HostStatus> hosts;  ///< in the order of the spec
    std::optional<Cause> cause;     ///< earliest cause of all hosts
    std::optional<Stall> stall;     ///< the deployment is ready, and does not generate
    bool operator==(const DeploymentStatus&) const = default;
};

/// The phase and first cause of a deployment from those of its hosts. Failed takes precedence over unknown, and
/// unknown over the other phases; the deployment is ready only if every host is.
DeploymentStatus summarize(std::string deployment, std::vector<HostStatus> hosts);

/// Text for a terminal: the cause first, if there is one.
std::string show(const DeploymentStatus& status);

}  // namespace r1cluster
