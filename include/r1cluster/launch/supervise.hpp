// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/launch/status.hpp"

/// The policy of a guard, as a pure function. A guard owns the processes of one deployment on one
/// host; it reports Events to this function and carries out the returned Decisions. Times are
/// seconds of the host's monotonic clock.
namespace r1cluster::supervise {

// What happens. Where an event tells of a failure, `at` says when it happened, unset: now; of two failures the earlier
// one is the cause, however late it is told.
struct Begin {};  ///< the controller asks to start the processes; they start once every peer was heard
struct ProcessStarted {
    std::string name;
    int pid = 0;
};
struct ProcessExited {
    std::string name;
    Cause cause;
    std::optional<double> at = {};
};  ///< a child of the guard
struct RankSeen {
    int rank = 0;
    int pid = 0;
};
struct RankExited {
    int rank = 0;
    Cause cause;
    std::optional<double> at = {};
};  ///< maybe a grandchild
struct PartExited {
    Cause cause;
    std::optional<double> at = {};
};  ///< a process of the engine that the engine cannot do without and that is no rank
struct RunStateSeen {
    int pid = 0;
    bool is_stopped = false;  ///< by SIGSTOP, SIGTSTP or a debugger
    Cause cause;              ///< what to say of it
};                            ///< of a process of the engine; every second or so
struct StallSeen {
    std::optional<Stall> stall;  ///< unset: the engine works
};                               ///< on the head, of a deployment that is ready
struct PeerHeard {
    std::string host;
};
struct PeerEnded {
    std::string host;
    std::optional<Cause> cause;
    std::optional<double> at = {};
};  ///< no cause: it ended on request
struct PeerLost {
    std::string host;
};  ///< its connection closed
struct ControllerHeard {};
struct ControllerLeft {};  ///< its connection closed
struct Commit {};          ///< a token was generated
struct StopAsked {};
struct GroupEmpty {};  ///< no process of the deployment is left here
struct Tick {};
using Event =
    std::variant<Begin, ProcessStarted, ProcessExited, RankSeen, RankExited, PartExited, RunStateSeen, StallSeen,
                 PeerHeard, PeerEnded, PeerLost, ControllerHeard, ControllerLeft, Commit, StopAsked, GroupEmpty, Tick>;

// What the guard must do.
struct StartProcess {
    std::string name;
    bool operator==(const StartProcess&) const = default;
};
struct Drain {
    bool operator==(const Drain&) const = default;
};  ///< let those processes end that first finish what they have begun
struct Terminate {
    bool operator==(const Terminate&) const = default;
};  ///< ask every process to end
struct Kill {
    bool operator==(const Kill&) const = default;
};  ///< end all by force
struct TellPeers {
    std::optional<Cause> cause;
    bool operator==(const TellPeers&) const = default;
};
struct Finish {
    bool operator==(const Finish&) const = default;
};  ///< no process is left: write the state and exit
using Decision = std::variant<StartProcess, Drain, Terminate, Kill, TellPeers, Finish>;

struct State {
    std::string host;
    Phase phase = Phase::starting;
    bool is_head = false;
    bool has_begun = false;
    bool has_started = false;  ///< the processes were asked to start
    bool is_attached = true;   ///< ends when the controller does; false after Commit of a service
    Fate fate = Fate::service;
    std::vector<std::string> processes;         ///< to be started
    std::map<int, int> ranks;                   ///< rank -> pid, as far as seen
    std::map<std::string, double> peers_heard;  ///< every peer; time of its last message
    std::set<std::string> peers_met;            ///< peers that were ever heard
    std::map<std::string, double> peers_lost;   ///< peers whose connection closed; since when
    std::map<int, double> stopped;              ///< pid -> since when the process is stopped
    std::optional<Stall> stall;                 ///< the engine does not work
    double controller_heard = 0;
    double lease_s = 0;
    double drain_s = 0;
    std::optional<double> drain_until;  ///< a stop was asked for, and requests that run may finish until then
    double grace_s = 0;
    double failure_grace_s = 0;  ///< grace after a failure; shorter than grace_s
    std::optional<double> kill_at;
    bool has_killed = false;
    bool has_finished = false;
    std::optional<Cause> cause;
    double cause_at = 0;            ///< when it happened
    std::optional<double> told_at;  ///< when the group began to end for a failure
};

struct Step {
    State state;
    std::vector<Decision> decisions;
};

/// The state of a new guard for `host`, before Begin.
State initial(const LaunchPlan& plan, const std::string& host, double now);

/// Keeps the first failure as the cause: the earliest that is told while the group ends. What ends after a failure or a
/// stop request is a consequence.
Step step(State state, const Event& event, double now);

}  // namespace r1cluster::supervise
