// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/launch/supervise.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r1cluster::supervise {
namespace {

/// A peer that has died is known at once by its closed connection, and one that has lost a packet connects again.
constexpr double reconnect_s = 3;
/// Somebody may look at a process with a debugger for a moment.
constexpr double stopped_limit_s = 15;
/// A long prefill that is one step may take half a minute, and a collective that hangs goes on for ever.
constexpr double stall_limit_s = 120;
/// For so long after a failure another host may still tell of an earlier one.
constexpr double settle_s = 1;
/// Two ends so close together come in any order: then one by a signal explains the other.
constexpr double tie_s = 0.02;

bool is_ending(const State& state) { return state.phase != Phase::starting && state.phase != Phase::ready; }

/// A failed group serves nobody, so its processes get less time to leave than those that somebody stopped.
void end(Step& result, Phase phase, std::optional<Cause> cause, double grace_s, double now) {
    State& state = result.state;
    if (is_ending(state)) return;
    state.phase = phase;
    state.cause = std::move(cause);
    state.kill_at = now + grace_s;
    result.decisions.push_back(TellPeers{state.cause});
    result.decisions.push_back(Terminate{});
}

/// What was asked to end when the requests that ran then have finished.
void end_drain(Step& result, double now) {
    State& state = result.state;
    state.drain_until.reset();
    state.kill_at = now + state.grace_s;
    result.decisions.push_back(TellPeers{});
    result.decisions.push_back(Terminate{});
}

/// Whether this failure, which was told later, happened before the one that is known.
bool is_earlier(const State& state, const Cause& cause, double at) {
    if (at < state.cause_at - tie_s) return true;
    // What ends after the group was asked to end is by our own hand.
    return at <= state.cause_at + tie_s && at <= state.told_at && cause.signal && !state.cause->signal;
}

void fail(Step& result, Cause cause, std::optional<double> when, double now) {
    State& state = result.state;
    // The proxy has nothing left to do, or what it waits for is gone.
    if (state.drain_until) return end_drain(result, now);
    const double at = when.value_or(now);
    if (!is_ending(state)) {
        // "stopping" until nothing is left; the cause says that it will be "failed".
        end(result, Phase::stopping, std::move(cause), state.failure_grace_s, now);
        state.cause_at = at;
        state.told_at = now;
    } else if (state.phase == Phase::stopping && state.cause && is_earlier(state, cause, at)) {
        state.cause = std::move(cause);
        state.cause_at = at;
        result.decisions.push_back(TellPeers{state.cause});
    }
}

Cause lost_peer(const State& state, const std::string& host) {
    Cause cause;
    cause.host = host;
    cause.text = state.peers_met.contains(host)
                     ? fmt::format("{} was not heard from for {:.0f} s (said by {})", host, state.lease_s, state.host)
                     : fmt::format("the guards on {} and {} did not connect within {:.0f} s (said by {})", host,
                                   state.host, state.lease_s, state.host);
    return cause;
}

Cause closed_link(const State& state, const std::string& host) {
    Cause cause;
    cause.host = host;
    cause.text = fmt::format("the guard on {} closed its connection to {} and did not come back within {:.0f} s", host,
                             state.host, reconnect_s);
    return cause;
}

Cause lost_controller(const State& state, const std::string& why) {
    Cause cause;
    cause.host = state.host;
    cause.text = "the controller " + why + " before the deployment was ready";
    if (state.fate == Fate::attached) cause.text = "the controller " + why + ", and the deployment is attached to it";
    return cause;
}

/// A guard that dies before the guards have met would be missed after the lease alone: until then nothing runs that
/// could be left.
void start_once_met(Step& result) {
    State& state = result.state;
    if (!state.has_begun || state.has_started || is_ending(state)) return;
    if (state.peers_met.size() < state.peers_heard.size()) return;
    state.has_started = true;
    for (const std::string& name : state.processes) result.decisions.push_back(StartProcess{name});
}

void on(Step& result, const Begin&, double now) {
    State& state = result.state;
    if (state.has_begun || is_ending(state)) return;
    state.has_begun = true;
    state.controller_heard = now;
    for (auto& [host, heard] : state.peers_heard) heard = now;
    start_once_met(result);
}

void on(Step&, const ProcessStarted&, double) {}

void on(Step& result, const ProcessExited& event, double now) { fail(result, event.cause, event.at, now); }

void on(Step& result, const RankSeen& event, double) { result.state.ranks[event.rank] = event.pid; }

void on(Step& result, const RankExited& event, double now) { fail(result, event.cause, event.at, now); }

void on(Step& result, const PartExited& event, double now) { fail(result, event.cause, event.at, now); }

void on(Step& result, const RunStateSeen& event, double now) {
    State& state = result.state;
    if (!event.is_stopped) {
        state.stopped.erase(event.pid);
        return;
    }
    const double since = state.stopped.try_emplace(event.pid, now).first->second;
    if (now - since < stopped_limit_s) return;
    Cause cause = event.cause;
    cause.text += fmt::format(" for {:.0f} s", now - since);
    fail(result, std::move(cause), since, now);
}

void on(Step& result, const StallSeen& event, double now) {
    State& state = result.state;
    if (state.phase != Phase::ready) return;
    state.stall = event.stall;
    if (!event.stall || event.stall->seconds < stall_limit_s) return;
    Cause cause;
    cause.host = event.stall->host;
    cause.rank = event.stall->rank;
    cause.pid = event.stall->pid;
    cause.text = event.stall->text;
    fail(result, std::move(cause), now - event.stall->seconds, now);
}

void on(Step& result, const PeerHeard& event, double now) {
    State& state = result.state;
    const auto peer = state.peers_heard.find(event.host);
    if (peer == state.peers_heard.end()) return;
    peer->second = now;
    state.peers_met.insert(event.host);
    state.peers_lost.erase(event.host);
    start_once_met(result);
}

void on(Step& result, const PeerLost& event, double now) {
    State& state = result.state;
    if (!state.peers_heard.contains(event.host)) return;
    state.peers_lost.try_emplace(event.host, now);
    // After a stop the head's guard leaves once its processes have: the engine is gone, and a worker that waits for it
    // has nothing to finish.
    if (state.phase == Phase::stopping && !state.is_head && state.kill_at)
        state.kill_at = std::min(*state.kill_at, now + state.failure_grace_s);
}

void on(Step& result, const PeerEnded& event, double now) {
    if (result.state.drain_until) {
        end_drain(result, now);
    } else if (event.cause) {
        fail(result, *event.cause, event.at, now);
    } else {
        end(result, Phase::stopping, std::nullopt, result.state.grace_s, now);
    }
}

void on(Step& result, const ControllerHeard&, double now) { result.state.controller_heard = now; }

void on(Step& result, const ControllerLeft&, double now) {
    if (result.state.is_attached && !is_ending(result.state))
        fail(result, lost_controller(result.state, "went away"), now, now);
}

void on(Step& result, const Commit&, double) {
    // Before anything was started no token can have come from here.
    if (result.state.phase != Phase::starting || !result.state.has_started) return;
    result.state.phase = Phase::ready;
    result.state.is_attached = result.state.fate == Fate::attached;
}

void on(Step& result, const StopAsked&, double now) {
    State& state = result.state;
    if (state.drain_until) return end_drain(result, now);  // asked twice: at once
    if (state.phase == Phase::ready && state.drain_s > 0) {
        state.phase = Phase::stopping;
        state.drain_until = now + state.drain_s;
        // The other hosts wait for word from the head: without their ranks no request could finish.
        if (state.is_head) result.decisions.push_back(Drain{});
        return;
    }
    end(result, Phase::stopping, std::nullopt, result.state.grace_s, now);
}

void on(Step& result, const GroupEmpty&, double now) {
    State& state = result.state;
    if (state.phase != Phase::stopping) return;
    if (state.drain_until) end_drain(result, now);
    if (!state.peers_heard.empty() && state.told_at && now < *state.told_at + settle_s) return;
    state.phase = state.cause ? Phase::failed : Phase::stopped;
    state.kill_at.reset();
}

void on(Step& result, const Tick&, double now) {
    State& state = result.state;
    if (state.drain_until && now >= *state.drain_until) return end_drain(result, now);
    if (state.has_begun && !is_ending(state)) {
        for (const auto& [host, since] : state.peers_lost) {
            if (now - since > reconnect_s) return fail(result, closed_link(state, host), since, now);
        }
        for (const auto& [host, heard] : state.peers_heard) {
            if (now - heard > state.lease_s) return fail(result, lost_peer(state, host), now, now);
        }
    }
    if (state.is_attached && !is_ending(state) && now - state.controller_heard > state.lease_s) {
        return fail(result, lost_controller(state, fmt::format("was not heard from for {:.0f} s", state.lease_s)), now,
                    now);
    }
    if (state.kill_at && now >= *state.kill_at) {
        state.has_killed = true;
        state.kill_at = now + 1;  // again: what was being forked during the first try
        result.decisions.push_back(Kill{});
    }
}

}  // namespace

State initial(const LaunchPlan& plan, const std::string& host, double now) {
    State state;
    state.host = host;
    state.fate = plan.fate;
    state.lease_s = plan.lease_s;
    state.drain_s = plan.drain_s;
    state.grace_s = plan.grace_s;
    state.failure_grace_s = std::min(2.0, state.grace_s);
    state.controller_heard = now;
    if (const HostLaunch* mine = plan.find(host)) {
        for (const ProcessSpec& process : mine->processes) state.processes.push_back(process.name);
    }
    // A star: the head hears every other guard, and they hear the head.
    const bool is_head = !plan.hosts.empty() && plan.hosts.front().host == host;
    state.is_head = is_head;
    for (const HostLaunch& other : plan.hosts) {
        if (other.host != host && (is_head || &other == &plan.hosts.front())) state.peers_heard[other.host] = now;
    }
    return state;
}

Step step(State state, const Event& event, double now) {
    Step result{std::move(state), {}};
    std::visit([&](const auto& what) { on(result, what, now); }, event);
    State& after = result.state;
    if ((after.phase == Phase::failed || after.phase == Phase::stopped) && !after.has_finished) {
        after.has_finished = true;
        result.decisions.push_back(Finish{});
    }
    return result;
}

}  // namespace r1cluster::supervise
