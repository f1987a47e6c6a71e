// SPDX-License-Identifier: Apache-2.0
// Real agents and real guards of two hosts on this machine; only the engine's processes are stand-ins.
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>

#include "host/guard/guarded.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

/// The answers of a guard to these lines, one connection for all.
std::vector<std::string> say(const std::string& socket, const std::vector<std::string>& lines) {
    asio::io_context context;
    asio::local::stream_protocol::socket guard(context);
    guard.connect(socket);
    std::vector<std::string> answers;
    std::string unread;
    for (const std::string& line : lines) {
        asio::write(guard, asio::buffer(line + "\n"));
        const std::size_t size = asio::read_until(guard, asio::dynamic_buffer(unread), '\n');
        answers.push_back(unread.substr(0, size - 1));
        unread.erase(0, size);
    }
    return answers;
}

}  // namespace

TEST_CASE("a rank that is killed on one host ends the other host's processes within five seconds", "[host/guard]") {
    Guarded deployment({{"rank", "0", "2"}, {"worker", "1", "2"}});
    std::vector<int> pids;
    std::chrono::steady_clock::time_point killed;
    const DeploymentStatus status = deployment.control([&](Agents& hosts) -> asio::awaitable<DeploymentStatus> {
        const DeploymentStatus started = co_await deployment.start(hosts, has_all_ranks);
        pids = pids_of(started);
        killed = std::chrono::steady_clock::now();
        const int rank_pid = started.hosts[1].ranks[0].pid;
        REQUIRE(rank_pid > 1);
        ::kill(rank_pid, SIGKILL);
        co_return co_await Guarded::until(hosts, has_failed);
    });
    CHECK(std::chrono::steady_clock::now() - killed < std::chrono::seconds(5));
    CHECK(all_gone(pids));
    CHECK(status.phase == Phase::failed);
    REQUIRE(status.cause);
    CHECK(status.cause->host == "node1");
    CHECK(status.cause->rank == 1);
    CHECK(status.cause->process == "worker-1");
    REQUIRE(status.cause->pid);
    CHECK(status.cause->signal == SIGKILL);
    CHECK(status.cause->text ==
          "rank 1 on node1 (pid " + std::to_string(*status.cause->pid) + ") was killed by SIGKILL");
    CHECK(status.hosts[0].cause == status.hosts[1].cause);
    CHECK(!status.hosts[0].ranks[0].is_alive);
    CHECK(!status.hosts[0].processes[0].is_alive);
}

TEST_CASE("a process that ends by itself is the cause, with the line that tells why", "[host/guard]") {
    Guarded deployment({Words{}, {"wait", "300", "bytes", "56616c75654572726f723a20626f6f6d", "1", "exit", "3"}});
    const DeploymentStatus status = deployment.run_until(has_failed);
    REQUIRE(status.cause);
    CHECK(status.cause->host == "node1");
    CHECK(status.cause->process == "worker-1");
    CHECK(status.cause->exit_code == 3);
    CHECK(status.cause->last_line == "ValueError: boom");
    CHECK_THAT(status.cause->text, StartsWith("worker-1 on node1 (pid "));
    CHECK_THAT(status.cause->text, ContainsSubstring(") ended with exit code 3"));
}

TEST_CASE("an engine that is not there is the cause, in the system's words", "[host/guard]") {
    Guarded deployment({Words{}, Words{}});
    deployment.plan.hosts[1].processes[0].argv = {"/nowhere/python", "-V"};
    const DeploymentStatus status = deployment.run_until(has_failed);
    REQUIRE(status.cause);
    CHECK(status.cause->text ==
          "worker-1 on node1 did not start: starting \"/nowhere/python\": No such file or directory");
}

TEST_CASE("processes that ignore SIGTERM are ended by force when the deployment is", "[host/guard]") {
    Guarded deployment({{"ignore-term", "rank", "0", "2"}, {"tree", "2", "worker", "1", "2"}});
    std::vector<int> pids;
    const DeploymentStatus ended = deployment.control([&](Agents& hosts) -> asio::awaitable<DeploymentStatus> {
        pids = pids_of(co_await deployment.start(hosts, has_all_ranks));
        co_return co_await detail::end_on_hosts(hosts, false);
    });
    CHECK(ended.phase == Phase::stopped);
    CHECK(!ended.cause);
    CHECK(all_gone(pids));
    CHECK(!fs::exists(deployment.home.state() + "/r1cluster/guarded/node0/plan.json"));
    CHECK_THAT(read_text_file(deployment.home.state() + "/r1cluster/guarded/node0/logs/head.log"),
               ContainsSubstring("rank 0 in world size 2"));
}

TEST_CASE("a controller that vanishes before the first token takes everything with it", "[host/guard]") {
    Guarded deployment({{"rank", "0", "2"}, {"worker", "1", "2"}});
    const DeploymentStatus started = deployment.run_until(has_all_ranks);
    REQUIRE(has_all_ranks(started));
    const DeploymentStatus status = deployment.look_until(has_failed);
    REQUIRE(status.cause);
    CHECK(status.cause->text == "the controller went away before the deployment was ready");
    CHECK(all_gone(pids_of(started)));
}

TEST_CASE("a service lives on without its controller, and another one finds and ends it", "[host/guard]") {
    Guarded deployment({{"rank", "0", "2"}, {"rank", "1", "2"}});
    const DeploymentStatus served = deployment.serve();
    CHECK(served.phase == Phase::ready);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const DeploymentStatus found = deployment.look();
    CHECK(found.phase == Phase::ready);
    CHECK(has_all_ranks(found));
    CHECK(pids_of(found) == pids_of(served));
    const DeploymentStatus ended = deployment.end(true);
    CHECK(ended.phase == Phase::stopped);
    CHECK(all_gone(pids_of(served)));
    CHECK(deployment.look().phase == Phase::absent);
    CHECK(!fs::exists(deployment.home.state() + "/r1cluster"));
}

TEST_CASE("a deployment of this build is asked and ended by an agent of release 0.1.0", "[host/guard]") {
    Guarded deployment({{"rank", "0", "1"}});
    const DeploymentStatus served = deployment.serve();
    const std::string folder = deployment.home.state() + "/r1cluster/guarded/node0/";
    // That release reads strictly, so its own members are all that it may get, on the socket and in the file.
    const auto answers = say(folder + "guard.sock", {"status", "stop"});
    const auto asked = detail::from_value<HostStatus>(detail::parse_json(answers.at(0), "guard"), "guard");
    CHECK(asked == served.hosts.at(0));
    const std::string recorded =
        read_text_file(std::string(R1CLUSTER_SOURCE_DIR) + "/tests/host/guard/release_0_1_0/state.json");
    CHECK(all_gone(pids_of(served)));
    for (const std::string& text : {answers.at(0), read_text_file(folder + "state.json")}) {
        json::object now = detail::parse_json(text, "now").as_object(),
                     then = detail::parse_json(recorded, "then").as_object();
        then.erase("schema");
        then.erase("version");
        for (const auto& member : then) CHECK(now.contains(member.key()));
        now.erase("schema");
        now.erase("version");
        CHECK(now.size() == then.size());
    }
}

TEST_CASE("a guard says which verb it does not know", "[host/guard]") {
    Guarded deployment({{"rank", "0", "1"}});
    deployment.serve();
    const auto answers = say(deployment.home.state() + "/r1cluster/guarded/node0/guard.sock",
                             {"dance", R"({"hello":{"protocol":7,"oldest_protocol":1}})", R"({"verb":"dance"})"});
    const std::string refusal =
        R"({"hello":null,"status":null,"error":{"kind":"invalid_input","subject":"verb","message":)"
        R"("verb: expected one of \"status\", \"ping\", \"begin\", \"commit\", \"stop\", got \"dance\""}})";
    CHECK(answers.at(0) == refusal);
    CHECK_THAT(answers.at(1), StartsWith(R"({"hello":{"protocol":1,"oldest_protocol":0,"version":")"));
    CHECK(answers.at(2) == refusal);
    CHECK(deployment.look().phase == Phase::ready);
}

TEST_CASE("an engine may open as many files as its user may ask for", "[host/guard]") {
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit low{std::min<rlim_t>(before.rlim_max, 512), before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
    Guarded deployment({{"rank", "0", "1"}});
    const DeploymentStatus started = deployment.run_until(has_all_ranks);
    ::setrlimit(RLIMIT_NOFILE, &before);
    rlimit its{};
    REQUIRE(::prlimit(started.hosts.at(0).ranks.at(0).pid, RLIMIT_NOFILE, nullptr, &its) == 0);
    CHECK(its.rlim_cur == std::min<rlim_t>(before.rlim_max, 1 << 20));
}

TEST_CASE("an attached deployment ends with its controller", "[host/guard]") {
    Guarded deployment({{"rank", "0", "1"}}, Fate::attached);
    const DeploymentStatus served = deployment.serve();
    CHECK(served.phase == Phase::ready);
    const DeploymentStatus status = deployment.look_until(has_failed);
    REQUIRE(status.cause);
    CHECK(status.cause->text == "the controller went away, and the deployment is attached to it");
    CHECK(all_gone(pids_of(served)));
}

TEST_CASE("a rank that its engine never names lives in the process that was started for it", "[host/guard]") {
    Guarded deployment({Words{}});
    const auto runs = [](const DeploymentStatus& status) {
        return !status.hosts[0].processes.empty() && status.hosts[0].processes[0].is_alive;
    };
    const DeploymentStatus served = deployment.control([&](Agents& hosts) -> asio::awaitable<DeploymentStatus> {
        co_await deployment.start(hosts, runs);
        co_return co_await detail::ask_guards(hosts, GuardVerb::commit, verb_timeout_s);
    });
    REQUIRE(served.hosts[0].ranks.size() == 1);
    CHECK(served.hosts[0].ranks[0].pid == served.hosts[0].processes[0].pid);
    CHECK(served.hosts[0].ranks[0].is_alive);
    const int rank_pid = served.hosts[0].ranks[0].pid;
    REQUIRE(rank_pid > 1);
    ::kill(rank_pid, SIGKILL);
    const DeploymentStatus status = deployment.look_until(has_failed);
    CHECK(!status.hosts[0].ranks[0].is_alive);
}

TEST_CASE("a deployment that runs is not created again", "[host/guard]") {
    Guarded deployment({{"rank", "0", "1"}});
    const DeploymentStatus served = deployment.serve();
    const std::string said = error_of([&] {
        deployment.control([&](Agents& hosts) -> asio::awaitable<DeploymentStatus> {
            co_await deployment.create(hosts);
            co_return DeploymentStatus{};
        });
    });
    CHECK(said == "unavailable: node0: a guard (pid " + std::to_string(served.hosts.at(0).guard_pid) +
                      ") of this deployment runs here already, phase ready; end it with \"r1cluster down\"");
    CHECK(deployment.look().phase == Phase::ready);
}

TEST_CASE("a guard that is killed is told of, and its watchdog ends what it guarded", "[host/guard]") {
    Guarded deployment({{"worker", "0", "1"}});
    const DeploymentStatus served = deployment.serve();
    const int guard = served.hosts.at(0).guard_pid;
    ::kill(guard, SIGKILL);
    CHECK(all_gone({guard}));
    const DeploymentStatus status = deployment.look();
    CHECK(status.phase == Phase::failed);
    REQUIRE(status.cause);
    CHECK(status.cause->text ==
          "the guard on node0 (pid " + std::to_string(guard) + ") died, and its watchdog ended what it guarded");
    CHECK(all_gone(pids_of(served)));
    deployment.end();
    CHECK(all_gone(pids_of(served)));
    CHECK(deployment.look().phase == Phase::absent);
    const std::string& held = served.hosts[0].containment;
    if (held.starts_with("cgroup v2 ")) CHECK(!fs::exists(held.substr(10)));
}

TEST_CASE("a deployment is created again after its guard was killed", "[host/guard]") {
    Guarded deployment({{"worker", "0", "1"}});
    const DeploymentStatus before = deployment.serve();
    ::kill(before.hosts.at(0).guard_pid, SIGKILL);
    CHECK(all_gone({before.hosts[0].guard_pid}));
    const DeploymentStatus after = deployment.serve();
    CHECK(after.phase == Phase::ready);
    CHECK(all_gone({before.hosts[0].ranks[0].pid}));
}

TEST_CASE("an engine may print what is no UTF-8, and lines that are cut in a character", "[host/guard]") {
    Guarded deployment({{"rank", "0", "1", "bytes", "ff", "3"}, {"rank", "1", "1", "bytes", "e29688", "500"}});
    const auto has_spoken = [](const DeploymentStatus& status) {
        return status.hosts[0].activity == "???" && status.hosts[1].activity.starts_with("\xe2\x96\x88");
    };
    const DeploymentStatus status = deployment.run_until(has_spoken);
    CHECK(status.hosts[0].because == "");
    CHECK(status.hosts[0].activity == "???");
    CHECK(status.hosts[1].activity.size() == 1000);
}

TEST_CASE("a state folder whose path is too long for a socket is refused, and nothing stays", "[host/guard]") {
    Guarded deployment({Words{}});
    deployment.home.move_state(std::string(90, 'x'));
    const std::string said = error_of([&] { deployment.run_until(has_failed); });
    CHECK_THAT(said, StartsWith("unavailable: node0: starting the guard: listening on \"" + deployment.home.state()));
    CHECK_THAT(said, ContainsSubstring("(a path of at most 107 bytes is needed)"));
    CHECK(!fs::exists(deployment.home.state() + "/r1cluster"));
}
