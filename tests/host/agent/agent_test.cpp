// SPDX-License-Identifier: Apache-2.0
// The real agent, over pipes, through the public API.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "host/agent/local_hosts.hpp"
#include "r1cluster/host/read/read.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;

namespace {

pid_t agent_pid = 0;

struct Dance {
    static constexpr const char* method = "dance";
    using Reply = bool;
};
BOOST_DESCRIBE_STRUCT(Dance, (), ())

}  // namespace

TEST_CASE("two local hosts are read, and both paths between them are tried", "[host/agent]") {
    const Recording recording = read(local_spec("two"), local_options());
    REQUIRE(recording.hosts.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(recording.hosts[i].host == "node" + std::to_string(i));
        CHECK(recording.hosts[i].unreachable_because == "");
        CHECK(recording.hosts[i].calls.contains("uname()"));
        CHECK(recording.hosts[i].calls.contains("clock()"));
        CHECK(recording.hosts[i].files.contains("/proc/meminfo"));
    }
    REQUIRE(recording.probes.size() == 2);
    for (const PathProbe& probe : recording.probes) {
        CHECK(probe.because == "");
        CHECK(probe.is_connected);
        CHECK(probe.round_trip_us > 0);
    }
    CHECK(recording.probes[0].from_host == "node0");
    CHECK(recording.probes[0].to_address == "127.0.0.2");
    CHECK(recording.probes[1].from_host == "node1");
    CHECK(recording.probes[1].to_address == "127.0.0.1");
    CHECK(!recording.checkpoint);
}

TEST_CASE("an address that no host has is in the probe, not an error", "[host/agent]") {
    DeploymentSpec spec = local_spec("elsewhere");
    spec.hosts[1].address = "192.0.2.1";
    const Recording recording = read(spec, local_options());
    REQUIRE(recording.probes.size() == 2);
    CHECK(!recording.probes[0].is_connected);
    CHECK(recording.probes[0].because ==
          "node1: listening on \"192.0.2.1\": Cannot assign requested address; is it an address of this host?");
    CHECK(recording.probes[1].is_connected);
}

TEST_CASE("an agent that ends before its greeting is quoted", "[host/agent]") {
    HostOptions options = local_options();
    options.binary = R1CLUSTER_ENGINE_STAND_IN;
    const Recording recording = read(local_spec("wrong", 1), options);
    CHECK(recording.hosts.at(0).unreachable_because ==
          "connecting to node0 (local): the agent ended with code 2; it said: engine_stand_in: \"agent\" is not known");
}

TEST_CASE("an agent of another build is refused with both versions, and what to do", "[host/agent]") {
    const ScratchFolder folder;
    // As release 0.1.0 answered "hello", in 57 bytes.
    const std::string program =
        folder.write("agent",
                     "#!/bin/sh\nprintf 'R1CLUSTER-AGENT 1\\n'\nhead -c 4 > /dev/null\n"
                     "printf '\\071\\000\\000\\000'\n"
                     "printf '{\"id\":1,\"result\":{\"version\":\"0.1.0\",\"pid\":77,\"uid\":1000}}'\n"
                     "exec cat > /dev/null\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    HostOptions options = local_options();
    options.binary = program;
    CHECK(read(local_spec("old", 1), options).hosts.at(0).unreachable_because ==
          "node0: the agent is r1cluster 0.1.0 and speaks protocol 0, this controller is r1cluster " R1CLUSTER_VERSION
          " and speaks protocol 1; the r1cluster executable must be of the same build");
}

TEST_CASE("an agent ends when its controller is killed", "[host/agent]") {
    int reached[2];
    REQUIRE(::pipe(reached) == 0);
    const pid_t controller = ::fork();
    if (controller == 0) {
        // The agent's pid goes to the test, and then this controller waits to be killed.
        try {
            detail::on_hosts<bool>(
                local_spec("killed", 1), local_options(), [&](detail::Agents& hosts) -> detail::asio::awaitable<bool> {
                    co_await hosts.open();
                    std::ifstream("/proc/self/task/" + std::to_string(::getpid()) + "/children") >> agent_pid;
                    if (::write(reached[1], &agent_pid, sizeof agent_pid) > 0) ::pause();
                    co_return true;
                });
        } catch (...) {
            // The parent sees the end of the pipe.
        }
        ::_exit(1);
    }
    ::close(reached[1]);
    REQUIRE(::read(reached[0], &agent_pid, sizeof agent_pid) == sizeof agent_pid);
    ::kill(controller, SIGKILL);
    ::waitpid(controller, nullptr, 0);
    bool has_ended = false;
    for (int i = 0; i < 600 && !has_ended; ++i) {
        std::error_code ignored;
        has_ended = !std::filesystem::exists("/proc/" + std::to_string(agent_pid) + "/exe", ignored);
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    CHECK(has_ended);
    ::close(reached[0]);
}

TEST_CASE("an executable that is not there is no agent", "[host/agent]") {
    HostOptions options = local_options();
    options.binary = "/nowhere/r1cluster";
    CHECK_THAT(error_of([&] { read(local_spec("none", 1), options); }), StartsWith("not_found: "));
}

TEST_CASE("a question that no agent knows is answered by its name", "[host/agent]") {
    const DeploymentSpec spec = local_spec("question", 1);
    const std::string said = error_of([&] {
        detail::on_hosts<bool>(spec, local_options(), [](detail::Agents& hosts) -> detail::asio::awaitable<bool> {
            co_await hosts.open();
            co_await hosts.call("node0", Dance());
            co_return true;
        });
    });
    CHECK(said == "node0: this agent does not know \"dance\"");
}

TEST_CASE("a reading that is interrupted ends as interrupted", "[host/agent]") {
    HostOptions options = local_options();
    int asked = 0;
    options.is_cancelled = [&] { return ++asked > 1; };
    DeploymentSpec spec = local_spec("stopped", 1);
    HostSpec& far = spec.hosts.emplace_back(spec.hosts.front());
    far.name = "node1";
    far.address = "silent";
    far.transport = Transport::ssh;
    options.ssh_program = R1CLUSTER_SSH_STAND_IN;
    ::setenv("SSH_STAND_IN_HOME", "/nowhere", 1);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(error_of([&] { read(spec, options); }) == "interrupted: interrupted");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
    CHECK(asked == 2);
}
