// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/launch/supervise.hpp"

#include <algorithm>
#include <random>

#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::supervise;

namespace {

HostLaunch launch_of(const std::string& host, const std::vector<std::string>& names) {
    HostLaunch launch;
    launch.host = host;
    for (const std::string& name : names) launch.processes.emplace_back().name = name;
    return launch;
}

/// Three hosts, two processes on the first.
LaunchPlan three_hosts(Fate fate = Fate::service, int drain_s = 0) {
    LaunchPlan plan;
    plan.fate = fate;
    plan.drain_s = drain_s;
    plan.hosts = {launch_of("node0", {"head", "ray"}), launch_of("node1", {"worker-1"}),
                  launch_of("node2", {"worker-2"})};
    plan.grace_s = 10;
    plan.lease_s = 20;
    return plan;
}

Cause cause(const std::string& text) {
    Cause made;
    made.host = "node0";
    made.text = text;
    return made;
}

/// A guard that is led through a story; it has met its peers.
struct Story {
    explicit Story(Fate fate = Fate::service, const std::string& host = "node0", int drain_s = 0)
        : state(initial(three_hosts(fate, drain_s), host, 0)) {
        const auto peers = state.peers_heard;
        for (const auto& [peer, heard] : peers) at(0, PeerHeard{peer});
    }
    std::vector<Decision> at(double now, const Event& event) {
        Step next = step(std::move(state), event, now);
        state = std::move(next.state);
        return next.decisions;
    }
    State state;
};

std::vector<Decision> ends_for(const std::optional<Cause>& why) { return {TellPeers{why}, Terminate{}}; }
const std::vector<Decision> nothing;

/// Ready since second 2, with 7 s for requests that run when it is ended.
Story draining(const std::string& host) {
    Story story(Fate::service, host, 7);
    story.at(1, Begin{});
    story.at(2, Commit{});
    for (const char* peer : {"node0", "node1", "node2"}) story.at(9, PeerHeard{peer});
    return story;
}

}  // namespace

TEST_CASE("begin starts each process of the host once", "[launch]") {
    Story story;
    CHECK(story.at(1, Begin{}) == std::vector<Decision>{StartProcess{"head"}, StartProcess{"ray"}});
    CHECK(story.at(2, Begin{}) == nothing);
    CHECK(story.state.phase == Phase::starting);
}

TEST_CASE("nothing starts before every guard was heard, and a guard that never is, is named", "[launch]") {
    Story story;
    story.state = initial(three_hosts(), "node0", 0);
    story.at(0.5, PeerHeard{"node1"});
    CHECK(story.at(1, Begin{}) == nothing);
    CHECK(story.at(1.5, PeerHeard{"node1"}) == nothing);
    CHECK(story.at(1.6, Commit{}) == nothing);
    CHECK(story.state.phase == Phase::starting);
    Story later = story;
    CHECK(later.at(2, PeerHeard{"node2"}) == std::vector<Decision>{StartProcess{"head"}, StartProcess{"ray"}});
    CHECK(later.at(3, PeerHeard{"node2"}) == nothing);
    story.at(20.9, ControllerHeard{});
    story.at(20.9, PeerHeard{"node1"});
    CHECK(story.at(21, Tick{}) == nothing);
    CHECK(story.at(21.1, Tick{}).size() == 2);
    REQUIRE(story.state.cause);
    CHECK(story.state.cause->host == "node2");
    CHECK(story.state.cause->text == "the guards on node2 and node0 did not connect within 20 s (said by node0)");
}

TEST_CASE("a guard that was suspended says that a connection has closed, and not that it heard nothing", "[launch]") {
    Story story;
    story.at(1, Begin{});
    story.at(2, PeerLost{"node1"});
    story.at(40, ControllerHeard{});
    story.at(40, Tick{});
    REQUIRE(story.state.cause);
    CHECK(story.state.cause->text ==
          "the guard on node1 closed its connection to node0 and did not come back within 3 s");
}

TEST_CASE("a guard that was stopped before it began starts nothing", "[launch]") {
    Story story;
    CHECK(story.at(1, StopAsked{}) == ends_for(std::nullopt));
    CHECK(story.at(2, Begin{}) == nothing);
    CHECK(story.at(3, GroupEmpty{}) == std::vector<Decision>{Finish{}});
    CHECK(story.state.phase == Phase::stopped);
}

TEST_CASE("the end of a process ends the group and tells the peers why", "[launch]") {
    Story story;
    story.at(1, Begin{});
    CHECK(story.at(2, ProcessExited{"head", cause("head ended")}) == ends_for(cause("head ended")));
    CHECK(story.state.phase == Phase::stopping);
    CHECK(story.state.cause == cause("head ended"));
}

TEST_CASE("the end of a rank ends the group and tells the peers why", "[launch]") {
    Story story;
    story.at(1, Begin{});
    story.at(2, RankSeen{0, 100});
    CHECK(story.state.ranks == std::map<int, int>{{0, 100}});
    CHECK(story.at(3, RankExited{0, cause("rank 0 was killed")}) == ends_for(cause("rank 0 was killed")));
}

TEST_CASE("an engine that has stalled for two minutes ends the group, and names the rank", "[launch]") {
    Story story;
    const Stall stall{"node1", 1, 4711, 25, "no token for 25 s: rank 1"};
    story.at(1, Begin{});
    CHECK(story.at(2, StallSeen{stall}) == nothing);
    CHECK(!story.state.stall);  // it does not serve yet
    story.at(3, Commit{});
    CHECK(story.at(30, StallSeen{stall}) == nothing);
    CHECK(story.state.stall == stall);
    CHECK(story.at(60, StallSeen{}) == nothing);
    CHECK(!story.state.stall);
    Cause why = cause("no token for 120 s: rank 1");
    why.host = "node1";
    why.rank = 1;
    why.pid = 4711;
    CHECK(story.at(200, StallSeen{Stall{"node1", 1, 4711, 120, "no token for 120 s: rank 1"}}) == ends_for(why));
    CHECK(story.state.cause_at == 80);
}

TEST_CASE("the first failure stays the cause, and what follows from it decides nothing", "[launch]") {
    Story story;
    story.at(1, Begin{});
    story.at(2, RankExited{0, cause("first")});
    CHECK(story.at(3, ProcessExited{"head", cause("second")}) == nothing);
    CHECK(story.at(3, PeerEnded{"node1", cause("third")}) == nothing);
    CHECK(story.at(3, ControllerLeft{}) == nothing);
    CHECK(story.at(3, StopAsked{}) == nothing);
    CHECK(story.at(3.5, GroupEmpty{}) == std::vector<Decision>{Finish{}});
    CHECK(story.state.phase == Phase::failed);
    CHECK(story.state.cause == cause("first"));
}

TEST_CASE("of two failures the one that happened earlier is the cause, however late it is told", "[launch]") {
    Story story;
    story.at(1, Begin{});
    CHECK(story.at(5, RankExited{1, cause("rank 1 lost its peer"), 4.9}) == ends_for(cause("rank 1 lost its peer")));
    CHECK(story.at(5.1, PeerEnded{"node1", cause("EngineCore was killed"), 4.8}) ==
          std::vector<Decision>{TellPeers{cause("EngineCore was killed")}});
    CHECK(story.at(5.2, ProcessExited{"head", cause("head ended"), 4.85}) == nothing);
    CHECK(story.at(5.3, PeerEnded{"node2", cause("of an older build")}) == nothing);
    CHECK(story.at(5.4, GroupEmpty{}) == nothing);  // another host may still tell of an earlier one
    CHECK(story.at(6, GroupEmpty{}) == std::vector<Decision>{Finish{}});
    CHECK(story.at(6.1, PeerEnded{"node1", cause("too late"), 4}) == nothing);
    CHECK(story.state.cause == cause("EngineCore was killed"));
}

TEST_CASE("of two ends at the same time, one by a signal explains the other", "[launch]") {
    Cause killed = cause("head was killed by SIGKILL"), left = cause("rank 0 ended with exit code 1");
    killed.signal = 9;
    left.exit_code = 1;
    Story story;
    story.at(1, Begin{});
    story.at(5.01, RankExited{0, left, 4.999});
    CHECK(story.at(5.05, ProcessExited{"head", killed, 5.0}) == std::vector<Decision>{TellPeers{killed}});
    CHECK(story.at(5.06, RankExited{0, left, 4.999}) == nothing);
    CHECK(story.state.cause == killed);
}

TEST_CASE("after a stop, a worker does not wait for its whole grace once the head has gone", "[launch]") {
    Story worker(Fate::service, "node1");
    worker.at(1, Begin{});
    worker.at(2, StopAsked{});
    worker.at(3, PeerLost{"node0"});
    CHECK(worker.at(4.9, Tick{}) == nothing);
    CHECK(worker.at(5, Tick{}) == std::vector<Decision>{Kill{}});
    Story head;
    head.at(1, Begin{});
    head.at(2, StopAsked{});
    head.at(3, PeerLost{"node1"});
    CHECK(head.at(6, Tick{}) == nothing);
}

TEST_CASE("what our own signal ends is never the cause", "[launch]") {
    Cause killed = cause("rank 0 was killed by SIGTERM");
    killed.signal = 15;
    Story story(Fate::attached);
    story.at(1, Begin{});
    story.at(2, ControllerLeft{});
    CHECK(story.at(2.01, RankExited{0, killed, 2.005}) == nothing);
    CHECK(story.state.cause->text == "the controller went away, and the deployment is attached to it");
}

TEST_CASE("a part of the engine that is no rank ends the group as well", "[launch]") {
    Story story;
    story.at(1, Begin{});
    story.at(2, Commit{});
    CHECK(story.at(3, PartExited{cause("EngineCore ended"), 2.9}) == ends_for(cause("EngineCore ended")));
}

TEST_CASE("a process that stays stopped is named after 15 seconds, and one that goes on is not", "[launch]") {
    Story story;
    story.at(1, Begin{});
    story.at(2, Commit{});
    for (const char* host : {"node1", "node2"}) story.at(15, PeerHeard{host});
    CHECK(story.at(3, RunStateSeen{100, true, cause("rank 0 has been stopped")}) == nothing);
    CHECK(story.at(10, RunStateSeen{100, false, cause("")}) == nothing);
    CHECK(story.at(11, RunStateSeen{100, true, cause("rank 0 has been stopped")}) == nothing);
    CHECK(story.at(25.9, RunStateSeen{100, true, cause("rank 0 has been stopped")}) == nothing);
    CHECK(story.at(26, RunStateSeen{100, true, cause("rank 0 has been stopped")}) ==
          ends_for(cause("rank 0 has been stopped for 15 s")));
}

TEST_CASE("a peer whose connection closed for good is lost long before its lease", "[launch]") {
    Story story;
    story.at(1, Begin{});
    story.at(2, Commit{});
    story.at(5, PeerLost{"node1"});
    story.at(5, PeerLost{"somebody else"});
    story.at(6, PeerHeard{"node1"});
    CHECK(story.at(10, Tick{}) == nothing);
    story.at(11, PeerLost{"node1"});
    CHECK(story.at(14, Tick{}) == nothing);
    story.at(14.2, Tick{});
    REQUIRE(story.state.cause);
    CHECK(story.state.cause->host == "node1");
    CHECK(story.state.cause->text ==
          "the guard on node1 closed its connection to node0 and did not come back within 3 s");
}

TEST_CASE("what ends after a stop is no failure", "[launch]") {
    Story story;
    story.at(1, Begin{});
    story.at(2, Commit{});
    CHECK(story.at(3, StopAsked{}) == ends_for(std::nullopt));
    CHECK(story.at(4, RankExited{0, cause("rank 0 ended with exit code 0")}) == nothing);
    CHECK(story.at(4, GroupEmpty{}) == std::vector<Decision>{Finish{}});
    CHECK(story.state.phase == Phase::stopped);
    CHECK(story.state.cause == std::nullopt);
}

TEST_CASE("the cause that a peer tells is kept as it is", "[launch]") {
    Story story;
    story.at(1, Begin{});
    Cause theirs = cause("rank 8 on node1 was killed by SIGKILL");
    theirs.host = "node1";
    CHECK(story.at(2, PeerEnded{"node1", theirs}) == ends_for(theirs));
    CHECK(story.state.cause == theirs);
}

TEST_CASE("a peer that was asked to stop stops the group without a cause", "[launch]") {
    Story story;
    story.at(1, Begin{});
    CHECK(story.at(2, PeerEnded{"node1", std::nullopt}) == ends_for(std::nullopt));
    story.at(3, GroupEmpty{});
    CHECK(story.state.phase == Phase::stopped);
}

TEST_CASE("a peer that is silent for longer than the lease is named", "[launch]") {
    Story story;
    story.at(100, Begin{});
    story.at(110, PeerHeard{"node1"});
    story.at(110, PeerHeard{"somebody else"});
    story.at(119, ControllerHeard{});
    CHECK(story.at(120, Tick{}) == nothing);
    const std::vector<Decision> decisions = story.at(120.5, Tick{});
    REQUIRE(story.state.cause);
    CHECK(decisions == ends_for(story.state.cause));
    CHECK(story.state.cause->host == "node2");
    CHECK(story.state.cause->text == "node2 was not heard from for 20 s (said by node0)");
}

TEST_CASE("no peer is missed before the beginning", "[launch]") {
    Story story;
    story.at(19, ControllerHeard{});
    story.at(38, ControllerHeard{});
    CHECK(story.at(39, Tick{}) == nothing);
}

TEST_CASE("the head listens to every guard, and the others to the head", "[launch]") {
    CHECK(Story().state.peers_heard == std::map<std::string, double>{{"node1", 0}, {"node2", 0}});
    CHECK(Story(Fate::service, "node1").state.peers_heard == std::map<std::string, double>{{"node0", 0}});
}

TEST_CASE("a controller that leaves before the first token takes the deployment with it", "[launch]") {
    Story story;
    story.at(1, Begin{});
    story.at(2, ControllerLeft{});
    REQUIRE(story.state.cause);
    CHECK(story.state.cause->text == "the controller went away before the deployment was ready");
}

TEST_CASE("a controller that falls silent before the first token takes the deployment with it", "[launch]") {
    Story story;
    CHECK(story.at(20, Tick{}) == nothing);
    CHECK(story.at(21, Tick{}).size() == 2);
    REQUIRE(story.state.cause);
    CHECK(story.state.cause->text == "the controller was not heard from for 20 s before the deployment was ready");
}

TEST_CASE("a service outlives its controller once it has served a token", "[launch]") {
    Story story;
    story.at(1, Begin{});
    story.at(2, Commit{});
    CHECK(story.at(3, ControllerLeft{}) == nothing);
    story.at(990, PeerHeard{"node1"});
    story.at(990, PeerHeard{"node2"});
    CHECK(story.at(1000, Tick{}) == nothing);
    CHECK(story.state.phase == Phase::ready);
}

TEST_CASE("an attached deployment ends with its controller, also when it is ready", "[launch]") {
    Story story(Fate::attached);
    story.at(1, Begin{});
    story.at(2, Commit{});
    CHECK(story.state.phase == Phase::ready);
    CHECK(story.at(3, ControllerLeft{}).size() == 2);
    REQUIRE(story.state.cause);
    CHECK(story.state.cause->text == "the controller went away, and the deployment is attached to it");
}

TEST_CASE("a token that nobody can have generated makes nothing ready", "[launch]") {
    Story story;
    story.at(1, Commit{});
    CHECK(story.state.phase == Phase::starting);
    CHECK(story.at(2, ControllerLeft{}).size() == 2);
}

TEST_CASE("what does not leave within the grace is ended by force, again and again", "[launch]") {
    Story story;
    story.at(1, Begin{});
    story.at(2, StopAsked{});
    CHECK(story.at(11.9, Tick{}) == nothing);
    CHECK(story.at(12, Tick{}) == std::vector<Decision>{Kill{}});
    CHECK(story.at(12.5, Tick{}) == nothing);
    CHECK(story.at(13, Tick{}) == std::vector<Decision>{Kill{}});
    CHECK(story.at(13.2, GroupEmpty{}) == std::vector<Decision>{Finish{}});
    CHECK(story.at(99, Tick{}) == nothing);
}

TEST_CASE("a group that failed gets less time to leave", "[launch]") {
    Story story;
    story.at(1, Begin{});
    story.at(2, ProcessExited{"head", cause("head ended")});
    CHECK(story.at(3.9, Tick{}) == nothing);
    CHECK(story.at(4, Tick{}) == std::vector<Decision>{Kill{}});
}

TEST_CASE("a guard finishes once, and only when nothing is left", "[launch]") {
    Story story;
    story.at(1, Begin{});
    CHECK(story.at(2, GroupEmpty{}) == nothing);
    story.at(3, StopAsked{});
    CHECK(story.at(4, GroupEmpty{}) == std::vector<Decision>{Finish{}});
    CHECK(story.at(5, GroupEmpty{}) == nothing);
    CHECK(story.at(6, StopAsked{}) == nothing);
    CHECK(story.state.phase == Phase::stopped);
}

namespace {

/// A tiny world around one guard: processes that start, end by themselves, and leave when they are asked or only by
/// force. Remembers the first rule that was broken.
class World {
public:
    World(std::mt19937& chance, Fate fate) : chance_(chance), state_(initial(three_hosts(fate), "node0", 0)) {}

    std::string play() {
        for (int i = 0; i < 30; ++i) {
            now_ += pick(100) / 40.0;
            happen(any_event());
            if (pick(3) == 0) tick();
        }
        if (!ending_since_) happen(StopAsked{});
        const double latest = now_ + std::max(state_.grace_s, state_.failure_grace_s) + 2;
        while (now_ < latest && !has_finished_) {
            now_ += 0.2;
            tick();
        }
        if (!has_finished_) broken("not finished within the grace and 2 s of ticks");
        return broken_;
    }

private:
    int pick(int below) { return static_cast<int>(chance_() % static_cast<unsigned>(below)); }
    void broken(const std::string& rule) {
        if (broken_.empty()) broken_ = rule;
    }

    void tick() {
        happen(Tick{});
        if (state_.phase == Phase::stopping && running_.empty()) happen(GroupEmpty{});
    }

    Event any_event() {
        const std::string peer = pick(2) == 0 ? "node1" : "node2";
        switch (pick(16)) {
            case 0: return Begin{};
            case 1: return exit_of_one();
            case 2: return RankSeen{pick(4), 100 + pick(4)};
            case 3: return pick(4) == 0 ? Event(RankExited{pick(4), some_cause(), some_time()}) : Event(Tick{});
            case 4: return pick(4) == 0 ? Event(PeerEnded{peer, some_cause(), some_time()}) : Event(PeerHeard{peer});
            case 5: return pick(6) == 0 ? Event(PeerEnded{peer, std::nullopt}) : Event(PeerHeard{peer});
            case 6: return pick(4) == 0 ? Event(ControllerLeft{}) : Event(ControllerHeard{});
            case 7: return Commit{};
            case 8: return pick(5) == 0 ? Event(StopAsked{}) : Event(ControllerHeard{});
            case 9: return pick(4) == 0 ? Event(PeerLost{peer}) : Event(PeerHeard{peer});
            case 10: return RunStateSeen{100 + pick(4), pick(3) == 0, some_cause()};
            case 11: return pick(4) == 0 ? Event(PartExited{some_cause(), some_time()}) : Event(Tick{});
            default: return pick(2) == 0 ? Event(PeerHeard{peer}) : Event(ControllerHeard{});
        }
    }

    Event exit_of_one() {
        if (running_.empty() || pick(3) != 0) return Tick{};
        const std::string name = running_.begin()->first;
        running_.erase(name);
        return ProcessExited{name, some_cause()};
    }

    Cause some_cause() {
        Cause made = cause("cause " + std::to_string(++causes_));
        if (pick(2) == 0) made.signal = 9;
        return made;
    }
    std::optional<double> some_time() { return pick(2) == 0 ? std::nullopt : std::optional(now_ - pick(100) / 50.0); }

    void happen(const Event& event) {
        const State before = state_;
        Step next = step(before, event, now_);
        state_ = std::move(next.state);
        const bool was_over = before.phase == Phase::failed || before.phase == Phase::stopped;
        if (was_over && state_.phase != before.phase) broken("left failed or stopped");
        has_new_cause_ = state_.cause != before.cause;
        if (before.cause && has_new_cause_ && (was_over || state_.cause_at > before.cause_at + 0.02))
            broken("the cause changed to a later one");
        if (before.phase == Phase::stopping && !before.cause && state_.cause) broken("a cause after a stop");
        std::vector<std::string> ended;
        for (const Decision& decision : next.decisions) carry_out(decision, ended);
        for (const std::string& name : ended) happen(ProcessExited{name, some_cause()});
    }

    void carry_out(const Decision& decision, std::vector<std::string>& ended) {
        if (has_finished_) broken("a decision after the last");
        if (const auto* start = std::get_if<StartProcess>(&decision)) {
            if (ending_since_) broken("started a process of a group that ends");
            if (!started_.insert({start->name, true}).second) broken("started a process twice");
            running_[start->name] = pick(2) == 0;  // leaves only by force
            const bool dies_at_once = pick(8) == 0;
            if (dies_at_once && running_.erase(start->name) > 0) ended.push_back(start->name);
        } else if (std::holds_alternative<Terminate>(decision)) {
            if (ending_since_) broken("asked to end twice");
            ending_since_ = now_;
            for (auto one = running_.begin(); one != running_.end();) {
                if (!one->second) ended.push_back(one->first);
                one = one->second ? std::next(one) : running_.erase(one);
            }
        } else if (std::holds_alternative<Kill>(decision)) {
            const double grace_s = state_.cause ? state_.failure_grace_s : state_.grace_s;
            if (!ending_since_ || now_ < *ending_since_ + grace_s) broken("force before the grace was over");
            for (const auto& [name, is_stubborn] : running_) ended.push_back(name);
            running_.clear();
        } else if (std::holds_alternative<Finish>(decision)) {
            if (!running_.empty()) broken("finished while a process runs");
            has_finished_ = true;
        } else if (ending_since_ && !has_new_cause_) {
            broken("told the peers the same twice");
        }
    }

    std::mt19937& chance_;
    State state_;
    double now_ = 0;
    std::map<std::string, bool> running_;  // name -> leaves only by force
    std::map<std::string, bool> started_;
    std::optional<double> ending_since_;
    bool has_finished_ = false;
    bool has_new_cause_ = false;
    int causes_ = 0;
    std::string broken_;
};

}  // namespace

TEST_CASE("no sequence of events breaks a rule of the guard", "[launch]") {
    for (unsigned seed = 0; seed < 20000; ++seed) {
        std::mt19937 chance(seed);
        const std::string broken = World(chance, seed % 2 == 0 ? Fate::service : Fate::attached).play();
        if (broken.empty()) continue;
        CAPTURE(seed);
        REQUIRE(broken == "");
    }
    SUCCEED("20000 sequences");
}

TEST_CASE("a service that is ready finishes its requests before it is ended", "[launch]") {
    Story head = draining("node0");
    CHECK(head.at(10, StopAsked{}) == std::vector<Decision>{Drain{}});
    CHECK(head.state.phase == Phase::stopping);
    CHECK(head.at(12, Tick{}) == nothing);
    // The proxy has nothing left to do.
    CHECK(head.at(14, ProcessExited{"proxy", cause("proxy ended")}) == ends_for(std::nullopt));
    CHECK_FALSE(head.state.cause);
    CHECK(head.at(23, Tick{}) == nothing);
    CHECK(head.at(24, Tick{}) == std::vector<Decision>{Kill{}});
    CHECK(head.at(25, GroupEmpty{}) == std::vector<Decision>{Finish{}});
    CHECK(head.state.phase == Phase::stopped);
}

TEST_CASE("requests that do not finish are not waited for longer than drain_s", "[launch]") {
    Story head = draining("node0");
    head.at(10, StopAsked{});
    CHECK(head.at(16.9, Tick{}) == nothing);
    CHECK(head.at(17, Tick{}) == ends_for(std::nullopt));
    CHECK(head.at(18, Tick{}) == nothing);
}

TEST_CASE("a second request to stop waits for no request", "[launch]") {
    Story head = draining("node0");
    head.at(10, StopAsked{});
    CHECK(head.at(11, StopAsked{}) == ends_for(std::nullopt));
}

TEST_CASE("the other hosts keep their ranks until the head has finished its requests", "[launch]") {
    Story worker = draining("node1");
    CHECK(worker.at(10, StopAsked{}) == nothing);
    CHECK(worker.at(12, Tick{}) == nothing);
    CHECK(worker.at(13, PeerEnded{"node0", std::nullopt}) == ends_for(std::nullopt));
    CHECK(worker.state.phase == Phase::stopping);
    CHECK_FALSE(worker.state.cause);
}

TEST_CASE("a rank that ends while requests finish leaves nothing to wait for", "[launch]") {
    Story head = draining("node0");
    head.at(10, StopAsked{});
    CHECK(head.at(11, RankExited{0, cause("rank 0 ended")}) == ends_for(std::nullopt));
    CHECK_FALSE(head.state.cause);
}

TEST_CASE("what is not ready, and what has failed, has no requests to finish", "[launch]") {
    Story starting(Fate::service, "node0", 7);
    starting.at(1, Begin{});
    CHECK(starting.at(2, StopAsked{}) == ends_for(std::nullopt));
    Story failing = draining("node0");
    CHECK(failing.at(10, ProcessExited{"proxy", cause("proxy ended")}) == ends_for(cause("proxy ended")));
}
