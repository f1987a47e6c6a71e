// SPDX-License-Identifier: Apache-2.0
// The first cause: what ended on which host is said, and not what ended because of it.
#include <filesystem>

#include "host/guard/guarded.hpp"
#include "host/guard/oom_record.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;

namespace {

/// pid of the process of this job that is called so in `ps`; 0: none.
int pid_of_title(const std::string& home, const std::string& title) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        std::ifstream arguments(entry.path() / "cmdline"), variables(entry.path() / "environ");
        std::string first;
        if (!std::getline(arguments, first, '\0') || first != title) continue;
        for (std::string variable; std::getline(variables, variable, '\0');) {
            if (variable == "HOME=" + home) return std::stoi(entry.path().filename().string());
        }
    }
    return 0;
}

/// Until the guards have looked twice at all processes.
void let_guards_look() { std::this_thread::sleep_for(std::chrono::milliseconds(2600)); }

/// Serves, kills the process with this title, and says what the status then is.
DeploymentStatus status_after(Guarded& deployment, const std::string& title, int signal = SIGKILL) {
    deployment.serve();
    let_guards_look();
    const int pid = pid_of_title(deployment.home.state(), title);
    REQUIRE(pid > 1);
    ::kill(pid, signal);
    return deployment.look_until(has_failed);
}

}  // namespace

TEST_CASE("the engine core's end is the cause, and not the rank on the other host that follows", "[host/guard]") {
    // The stand-in's rank 1 leaves by itself soon after it was started: as one that has lost its peer.
    Guarded deployment({{"title", "VLLM::EngineCore", "0", "rank", "0", "2"}, {"rank", "1", "2"}});
    const DeploymentStatus status = status_after(deployment, "VLLM::EngineCore");
    REQUIRE(status.cause);
    CHECK(status.cause->host == "node0");
    CHECK_THAT(status.cause->text, StartsWith("EngineCore of head on node0 (pid "));
    CHECK_THAT(status.cause->text, ContainsSubstring(") was killed by SIGKILL"));
    CHECK(status.hosts[1].cause == status.hosts[0].cause);
}

TEST_CASE("a rank that no line names is found by the title of its process", "[host/guard]") {
    Guarded deployment({{"title", "VLLM::EngineCore", "0", "title", "VLLM::Worker_TP1", "0", "title",
                         "VLLM::Worker_TP0", "0", "rank", "0", "2"}});
    deployment.plan.hosts[0].processes[0].ranks = {0, 1};
    const DeploymentStatus served = deployment.control([&](Agents& hosts) -> asio::awaitable<DeploymentStatus> {
        co_await deployment.start(hosts, [&](const DeploymentStatus& status) { return has_all_ranks(status); });
        co_return co_await detail::ask_guards(hosts, GuardVerb::commit, verb_timeout_s);
    });
    REQUIRE(served.hosts[0].ranks.size() == 2);
    CHECK(served.hosts[0].ranks[0].pid == pid_of_title(deployment.home.state(), "VLLM::Worker_TP0"));
    CHECK(served.hosts[0].ranks[1].pid == pid_of_title(deployment.home.state(), "VLLM::Worker_TP1"));
    ::kill(served.hosts[0].ranks[1].pid, SIGKILL);
    const DeploymentStatus status = deployment.look_until(has_failed);
    REQUIRE(status.cause);
    CHECK(status.cause->rank == 1);
    CHECK(status.cause->signal == SIGKILL);
}

TEST_CASE("a rank stays where it was seen first, whatever is printed later", "[host/guard]") {
    // The second line names another process of the job, as a prompt may.
    Guarded deployment({{"rank", "0", "1", "wait", "500", "worker", "0", "1"}});
    const DeploymentStatus before = deployment.serve();
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    CHECK(deployment.look().hosts[0].ranks[0].pid == before.hosts[0].ranks[0].pid);
}

TEST_CASE("a helper that forks and goes is no failure", "[host/guard]") {
    Guarded deployment({{"title", "python-helper", "2", "rank", "0", "1"}});
    deployment.serve();
    std::this_thread::sleep_for(std::chrono::milliseconds(3500));
    CHECK(deployment.look().phase == Phase::ready);
}

TEST_CASE("a rank that is stopped is named within 30 seconds", "[host/guard]") {
    Guarded deployment({{"rank", "0", "2"}, {"worker", "1", "2"}});
    const DeploymentStatus served = deployment.serve();
    const int pid = served.hosts.at(1).ranks.at(0).pid;
    REQUIRE(pid > 1);
    ::kill(pid, SIGSTOP);
    const DeploymentStatus status = deployment.look_until(has_failed);
    REQUIRE(status.cause);
    CHECK(status.cause->rank == 1);
    CHECK_THAT(status.cause->text, StartsWith("rank 1 on node1 (pid " + std::to_string(pid) +
                                              ") has been stopped by a signal or a debugger for 1"));
    CHECK(all_gone(pids_of(served)));
}

TEST_CASE("an engine core that is stopped is named", "[host/guard]") {
    Guarded deployment({{"title", "VLLM::EngineCore", "0", "rank", "0", "1"}});
    const DeploymentStatus status = status_after(deployment, "VLLM::EngineCore", SIGSTOP);
    REQUIRE(status.cause);
    CHECK_THAT(status.cause->text, StartsWith("EngineCore of head on node0 (pid "));
    CHECK_THAT(status.cause->text, ContainsSubstring("has been stopped by a signal or a debugger for 1"));
}

TEST_CASE("no process starts before the guards have met, so that each is missed at once", "[host/guard]") {
    Guarded deployment({{"rank", "0", "2"}, {"rank", "1", "2"}});
    const DeploymentStatus alone = deployment.control([&](Agents& hosts) -> asio::awaitable<DeploymentStatus> {
        const detail::protocol::JobCreate head{deployment.plan.deployment, "node0", deployment.generation, "token",
                                               to_json(deployment.plan)};
        co_await hosts.call("node0", head, verb_timeout_s);
        detail::protocol::JobAsk begin;
        begin.deployment = deployment.plan.deployment;
        begin.host = "node0";
        begin.verb = GuardVerb::begin;
        co_await hosts.call("node0", begin, verb_timeout_s);
        co_await hosts.pause(1);
        co_return co_await detail::ask_guards(hosts, GuardVerb::ping, verb_timeout_s);
    });
    CHECK(alone.hosts.at(0).phase == Phase::starting);
    CHECK(alone.hosts.at(0).processes.empty());
}

TEST_CASE("a guard that is killed is missed by the others at once", "[host/guard]") {
    Guarded deployment({{"rank", "0", "2"}, {"rank", "1", "2"}});
    const DeploymentStatus served = deployment.serve();
    ::kill(served.hosts.at(1).guard_pid, SIGKILL);
    const DeploymentStatus status =
        deployment.look_until([](const DeploymentStatus& now) { return now.hosts.at(0).phase == Phase::failed; });
    REQUIRE(status.hosts[0].cause);
    CHECK(status.hosts[0].cause->text ==
          "the guard on node1 closed its connection to node0 and did not come back within 3 s");
}

TEST_CASE("the kernel's records of an OOM kill name their victim, and other records none", "[host/guard]") {
    using detail::oom_victim;
    CHECK(oom_victim("3,1017,5151515151,-;Out of memory: Killed process 4711 (python) total-vm:1kB") == 4711);
    CHECK(oom_victim("3,1017,5151515151,-;Memory cgroup out of memory: Killed process 12 (a) total-vm:1kB") == 12);
    CHECK(oom_victim("12,3,5,-;engine: Out of memory: Killed process 4711 (python)") == std::nullopt);
    CHECK(oom_victim("6,1,2,-;oom-kill:constraint=CONSTRAINT_NONE,task=x,pid=4711,uid=0") == std::nullopt);
    CHECK(oom_victim("Out of memory: Killed process 4711 (python)") == std::nullopt);
}

TEST_CASE("the counter of the job's own cgroup alone tells of its OOM kills", "[host/guard]") {
    CHECK(detail::oom_kills_of("low 0\nhigh 0\nmax 3\noom 1\noom_kill 2\noom_group_kill 0\n") == 2);
    CHECK(detail::oom_kills_of("low 0\n") == std::nullopt);
    const ScratchFolder cgroup;
    cgroup.write("memory.events", "oom 0\noom_kill 1\n");
    const detail::OomRecord record(cgroup.path());
    CHECK(!record.has_killed(4711));  // another process of the machine may have been killed since
    cgroup.write("memory.events", "oom 1\noom_kill 2\n");
    CHECK(record.has_killed(4711));
}
