// SPDX-License-Identifier: Apache-2.0
// Agents of this build and guards of other builds: a guard outlives the controller that started it.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstring>
#include <filesystem>
#include <memory>
#include <sstream>
#include <thread>

#include "base/reflect_json.hpp"
#include "host/agent/local_hosts.hpp"
#include "host/deploy/jobs_of_hosts.hpp"
#include "host/guard/job_folder.hpp"
#include "host/guard/own_home.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using detail::Agents;
using detail::protocol::GuardVerb;
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

/// What release 0.1.0 said and wrote (tests/host/guard/release_0_1_0/README.md).
std::string recorded(const std::string& name) {
    return read_text_file(std::string(R1CLUSTER_SOURCE_DIR) + "/tests/host/guard/release_0_1_0/" + name);
}

std::map<std::string, std::string> recorded_answers() {
    std::istringstream lines(recorded("conversation.txt"));
    std::map<std::string, std::string> answers;
    for (std::string verb, answer; std::getline(lines, verb) && std::getline(lines, answer);) answers[verb] = answer;
    return answers;
}

/// A guard that serves, played from a thread of the test: it holds the lock of its job's folder, and answers each line
/// that it is asked. It ends once it was asked to stop.
class PlayedGuard {
public:
    using Answer = std::function<std::string(const std::string& line)>;

    explicit PlayedGuard(Answer answer) : answer_(std::move(answer)), folder_("recorded", "node0") {
        folder_.prepare("key");
        for (const char* name : {"plan.json", "state.json", "group"}) folder_.write(name, recorded(name));
        lock_ = std::make_unique<detail::Lock>(*detail::Lock::try_take(folder_.file("lock")));
        listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, folder_.file("guard.sock").c_str(), sizeof address.sun_path - 1);
        REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(listener_, 4) == 0);
        thread_ = std::thread([this] { serve(); });
    }
    ~PlayedGuard() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }

    void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }
    bool is_stopped() const { return is_stopped_; }
    bool has_folder() const { return std::filesystem::exists(folder_.file("plan.json")); }

    DeploymentStatus control(std::function<asio::awaitable<DeploymentStatus>(Agents&)> work) const {
        return detail::on_hosts<DeploymentStatus>(local_spec("recorded", 1), local_options(),
                                                  [&](Agents& hosts) -> asio::awaitable<DeploymentStatus> {
                                                      co_await hosts.open();
                                                      co_return co_await work(hosts);
                                                  });
    }
    HostStatus look() const {
        return control([](Agents& hosts) { return detail::status_of_hosts(hosts); }).hosts.at(0);
    }
    HostStatus ask(GuardVerb verb) const {
        return control([verb](Agents& hosts) { return detail::ask_guards(hosts, verb, 30); }).hosts.at(0);
    }
    HostStatus end() const {
        return control([](Agents& hosts) { return detail::end_on_hosts(hosts, true); }).hosts.at(0);
    }

private:
    void serve() {
        while (!is_stopped_) {
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) return;
            converse(socket);
            ::close(socket);
        }
    }

    void converse(int socket) {
        std::string unread;
        char bytes[4096];
        for (ssize_t size = 0; !is_stopped_ && (size = ::read(socket, bytes, sizeof bytes)) > 0;) {
            unread.append(bytes, static_cast<std::size_t>(size));
            for (std::size_t end; (end = unread.find('\n')) != std::string::npos; unread.erase(0, end + 1)) {
                const std::string line = unread.substr(0, end), answer = answer_(line) + "\n";
                if (::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
                if (line.find("stop") != std::string::npos) stop();
            }
        }
    }

    void stop() {
        write("state.json", recorded("state_after_stop.json"));
        is_stopped_ = true;
        lock_.reset();
    }

    OwnHome home_;
    Answer answer_;
    detail::JobFolder folder_;
    std::unique_ptr<detail::Lock> lock_;
    int listener_ = -1;
    std::atomic<bool> is_stopped_ = false;
    std::thread thread_;
};

/// As release 0.1.0 answered: bare verbs, and the status for a line that it does not know.
std::string answer_of_0_1_0(const std::string& line) {
    static const auto answers = recorded_answers();
    const auto known = answers.find(line);
    return known == answers.end() || line == "status" ? answers.at("commit") : known->second;
}

/// As a later build may answer: protocol 1, a member that this build does not know, another one that is gone, and a
/// phase of its own.
std::string answer_of_later_build(const std::string& line) {
    if (line.find("\"protocol\"") != std::string::npos)
        return R"({"hello":{"protocol":2,"oldest_protocol":1,"version":"0.9.0","colour":"red"}})";
    json::value status = json::parse(recorded_answers().at("commit"));
    json::object& members = status.as_object();
    members["temperature"] = 40;
    members.erase("containment");
    members["processes"].at(0).as_object()["nice"] = 10;
    if (line.find("ping") != std::string::npos) members["phase"] = "warming";
    return json::serialize(json::object{{"status", status}, {"weather", "fine"}});
}

}  // namespace

TEST_CASE("a deployment of release 0.1.0 is asked and ended by this build", "[host/guard]") {
    const PlayedGuard guard(answer_of_0_1_0);
    const HostStatus found = guard.look();
    CHECK(found.because == "");
    CHECK(found.phase == Phase::ready);
    CHECK(found.guard_pid == 400001);
    REQUIRE(found.ranks.size() == 1);
    CHECK(found.ranks[0].is_alive);
    CHECK(guard.ask(GuardVerb::ping).phase == Phase::starting);  // as it was recorded
    const HostStatus ended = guard.end();
    CHECK(guard.is_stopped());
    CHECK(ended.because == "");
    CHECK(ended.phase == Phase::stopped);
    CHECK(!ended.processes.at(0).is_alive);
    CHECK(!guard.has_folder());
}

TEST_CASE("a deployment of a later build is asked and ended by this build", "[host/guard]") {
    const PlayedGuard guard(answer_of_later_build);
    const HostStatus found = guard.look();
    CHECK(found.because == "");
    CHECK(found.phase == Phase::ready);
    CHECK(found.containment == "");
    CHECK(found.processes.at(0).pid == 400002);
    CHECK(guard.ask(GuardVerb::ping).phase == Phase::unknown);
    const HostStatus ended = guard.end();
    CHECK(guard.is_stopped());
    CHECK(ended.phase == Phase::stopped);
    CHECK(!guard.has_folder());
}

TEST_CASE("a guard is told to stop whatever the files of its folder hold", "[host/guard]") {
    const PlayedGuard guard(answer_of_0_1_0);
    guard.write("plan.json", R"({"schema": "r1cluster.launch_plan", "version": 2, "grace_s": 5, "shape": "round"})");
    guard.write("state.json", "{\"host\": \"no");
    guard.write("group", "");
    CHECK(guard.end().phase == Phase::stopped);
    CHECK(guard.is_stopped());
    CHECK(!guard.has_folder());
}

TEST_CASE("a guard that speaks no protocol of this build is unknown, with both versions", "[host/guard]") {
    const PlayedGuard guard(
        [](const std::string&) { return R"({"hello":{"protocol":12,"oldest_protocol":9,"version":"7.0.0"}})"; });
    const std::string because =
        "node0: the guard of this deployment is r1cluster 7.0.0 and speaks protocols 9 to 12, this agent is "
        "r1cluster " R1CLUSTER_VERSION " and speaks protocols 0 to 1; use the r1cluster that started the deployment";
    const HostStatus found = guard.look();
    CHECK(found.phase == Phase::unknown);
    CHECK(found.because == because);
    CHECK(guard.end().because == because);
    CHECK(guard.has_folder());
}

TEST_CASE("a guard's refusal of a verb arrives", "[host/guard]") {
    const PlayedGuard guard([](const std::string& line) -> std::string {
        if (line.find("\"protocol\"") != std::string::npos)
            return R"({"hello":{"protocol":1,"oldest_protocol":1,"version":"0.2.0"}})";
        return R"({"error":{"kind":"invalid_input","subject":"verb","message":"not today"}})";
    });
    CHECK(guard.look().because == "node0: guard: not today");
}
