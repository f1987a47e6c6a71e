// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a controller asks an agent about the deployment on its host (see host/agent/protocol.hpp), and what an agent
/// asks a guard.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "host/agent/protocol.hpp"
#include "launch/describe.hpp"
#include "launch/stall.hpp"

namespace r1cluster::detail {
namespace protocol {

/// What a guard can be told. It answers each with its HostStatus.
enum class GuardVerb {
    status,  ///< nothing but to answer
    ping,    ///< the controller lives
    begin,   ///< start the processes; the connection that says so is the controller's, its end is the controller's end
    commit,  ///< a token was generated
    stop,    ///< end every process, then leave
};
BOOST_DESCRIBE_ENUM(GuardVerb, status, ping, begin, commit, stop)
inline std::string_view to_text(GuardVerb verb) { return boost::describe::enum_to_string(verb, "unknown"); }

/// Between agent and guard, and between guards. A guard outlives the controller that started it, so the two ends may be
/// of different builds, and both read leniently. Protocol 0 is that of release 0.1.0.
Hello hello_of_guard();

/// One line on a guard's socket. The first one of a connection is the agent's Hello, which the guard answers by its
/// own; each later one names a GuardVerb, and is answered by the status. An agent of release 0.1.0 says no hello: its
/// lines are bare verbs, each answered by a bare HostStatus.
struct GuardRequest {
    std::optional<Hello> hello;
    std::string verb;
    std::string generation;  ///< a guard of another generation refuses the verb; empty: whichever guards the deployment
};
BOOST_DESCRIBE_STRUCT(GuardRequest, (), (hello, verb, generation))

struct GuardReply {
    std::optional<Hello> hello;
    std::optional<HostStatus> status;
    std::optional<WireError> error;  ///< such as an unknown verb
};
BOOST_DESCRIBE_STRUCT(GuardReply, (), (hello, status, error))

/// Between guards, a line each: first PeerHello, then PeerProof, then PeerNews once a second or when there is news.
struct PeerHello {
    std::string nonce;
    Hello hello;
};
BOOST_DESCRIBE_STRUCT(PeerHello, (), (nonce, hello))

/// By HMAC over the other's nonce and the own name, that the sender knows the job's token.
struct PeerProof {
    std::string host;
    std::string proof;
};
BOOST_DESCRIBE_STRUCT(PeerProof, (), (host, proof))

}  // namespace protocol
BOOST_DESCRIBE_STRUCT(RankActivity, (), (rank, pid, host, cpu_s, state, waits_in))
namespace protocol {

struct PeerNews {
    bool beat = true;
    std::string ended;                ///< host whose group ends; empty: none does
    std::optional<Cause> cause;       ///< unset: somebody asked it to
    double sent_at = 0;               ///< by the sender's monotonic clock; 0: an older build, which does not say
    double happened_at = 0;           ///< when the cause happened, by the same clock
    std::vector<RankActivity> ranks;  ///< of the sender's host
};
BOOST_DESCRIBE_STRUCT(PeerNews, (), (beat, ended, cause, sent_at, happened_at, ranks))

/// Each `up` has a generation of its own, a random text that is written when its job is created. A request with a
/// generation concerns the job of that `up` alone: where the host has another one, the reply is Phase::absent. An empty
/// generation means the deployment by its name, whoever started it.

/// Makes the job's folder and starts its guard. Refused while a guard of the deployment lives on the host.
struct JobCreate {
    static constexpr const char* method = "job.create";
    using Reply = HostStatus;
    std::string deployment;
    std::string host;
    std::string generation;   ///< of the new job
    std::string token;        ///< by which the guards of the deployment know each other
    std::string launch_plan;  ///< to_json(LaunchPlan): the agent hands it to the guard as it is
};
BOOST_DESCRIBE_STRUCT(JobCreate, (), (deployment, host, generation, token, launch_plan))

/// Passes a verb on to the guard. Where none runs, the reply is that of JobStatus.
struct JobAsk {
    static constexpr const char* method = "job.ask";
    using Reply = HostStatus;
    std::string deployment;
    std::string host;
    std::string generation;
    GuardVerb verb = GuardVerb::status;
};
BOOST_DESCRIBE_STRUCT(JobAsk, (), (deployment, host, generation, verb))

/// The status, also of a guard that has ended or died.
struct JobStatus {
    static constexpr const char* method = "job.status";
    using Reply = HostStatus;
    std::string deployment;
    std::string host;
    std::string generation;
};
BOOST_DESCRIBE_STRUCT(JobStatus, (), (deployment, host, generation))

/// Stops the deployment, waits until no process is left, removes the folder.
struct JobEnd {
    static constexpr const char* method = "job.end";
    using Reply = HostStatus;
    std::string deployment;
    std::string host;
    std::string generation;
    bool purge = false;  ///< the logs too
};
BOOST_DESCRIBE_STRUCT(JobEnd, (), (deployment, host, generation, purge))

struct LogText {
    std::string file;  ///< its name: "head.log", or "head.log.2" for an older part of the same log
    std::string id;    ///< of the file, which it keeps when a rotation renames it
    std::string text;
    std::uint64_t offset = 0;  ///< where the next piece begins; below size: there is more at once
    std::uint64_t size = 0;    ///< of the file
};
BOOST_DESCRIBE_STRUCT(LogText, (), (file, id, text, offset, size))

/// What the log files hold; the files of a process stand together, the oldest first. Without offsets and with a window:
/// the first head_bytes and the last tail_bytes of each process's whole log, with a line that says what is left out.
/// Otherwise at most 4 MiB of each process, from the offsets on.
struct JobLogs {
    static constexpr const char* method = "job.logs";
    using Reply = std::vector<LogText>;
    std::string deployment;
    std::string host;
    std::map<std::string, std::uint64_t> offsets;  ///< by id; a file that is not in it is read from its beginning
    std::uint64_t head_bytes = 0;
    std::uint64_t tail_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(JobLogs, (), (deployment, host, offsets, head_bytes, tail_bytes))

struct TokenAnswer {
    bool is_ready = false;
    std::string because;        ///< why not: "connection refused", "HTTP 503 ..."
    double seconds = 0;         ///< from request to the whole answer
    std::string text;           ///< what was generated
    bool has_answered = false;  ///< anything at all, in time
};
BOOST_DESCRIBE_STRUCT(TokenAnswer, (), (is_ready, because, seconds, text, has_answered))

/// Asks the engine for one token.
struct JobToken {
    static constexpr const char* method = "job.token";
    using Reply = TokenAnswer;
    Readiness readiness;
};
BOOST_DESCRIBE_STRUCT(JobToken, (), (readiness))

}  // namespace protocol
}  // namespace r1cluster::detail
