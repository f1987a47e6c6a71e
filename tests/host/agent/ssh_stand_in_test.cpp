// SPDX-License-Identifier: Apache-2.0
// Everything between us and the agent on a far host but ssh itself: its place is taken by a program that runs the start
// script as sshd does.
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "host/agent/local_hosts.hpp"
#include "host/agent/protocol.hpp"
#include "host/guard/own_home.hpp"
#include "r1cluster/host/deploy/deploy.hpp"
#include "r1cluster/host/read/read.hpp"
#include "support/catch.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;

namespace {

/// Connects to one host behind the stand-in; how that went.
class FarHost {
public:
    explicit FarHost(std::string destination) : destination_(std::move(destination)) {
        ::setenv("SSH_STAND_IN_HOME", homes_.path().c_str(), 1);
        options.ssh_program = R1CLUSTER_SSH_STAND_IN;
        options.on_progress = [this](const Progress& progress) {
            if (progress.text.find("copying the agent") != std::string::npos) ++pushes;
        };
    }

    /// Empty: there is an agent, and it answers.
    std::string connect() {
        DeploymentSpec spec = local_spec("far", 1);
        spec.hosts[0].transport = Transport::ssh;
        spec.hosts[0].ssh = destination_;
        return detail::on_hosts<std::string>(
            spec, options, [](detail::Agents& hosts) -> detail::asio::awaitable<std::string> {
                co_await hosts.open();
                if (const auto failure = hosts.unreachable("node0")) co_return std::string(failure->what());
                const auto theirs = co_await hosts.call("node0", detail::protocol::ReadClock());
                co_return theirs.unix_time_s > 0 ? std::string() : "no time";
            });
    }

    std::string agents() const { return homes_.path(destination_ + "/.cache/r1cluster/agent"); }
    std::vector<std::string> copies() const {
        std::vector<std::string> names;
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(agents(), ignored))
            names.push_back(entry.path().filename().string());
        return names;
    }

    HostOptions options = local_options();
    int pushes = 0;

private:
    ScratchFolder homes_;
    std::string destination_;
};

}  // namespace

TEST_CASE("a host without the agent gets it once, whole, for its owner alone", "[host/agent]") {
    FarHost host("plain");
    CHECK(host.connect() == "");
    CHECK(host.pushes > 0);
    REQUIRE(host.copies().size() == 1);
    const std::string copy = host.agents() + "/" + host.copies().front();
    CHECK_THAT(host.copies().front(), StartsWith("r1cluster-"));
    CHECK(std::filesystem::file_size(copy) == std::filesystem::file_size(R1CLUSTER_BINARY));
    struct stat facts {};
    REQUIRE(::stat(copy.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 0700);
    host.pushes = 0;
    CHECK(host.connect() == "");
    CHECK(host.pushes == 0);
    CHECK(host.copies().size() == 1);
}

TEST_CASE("an agent's file that is not what its name says is replaced before it runs", "[host/agent]") {
    FarHost host("plain");
    REQUIRE(host.connect() == "");
    REQUIRE(host.copies().size() == 1);
    const std::filesystem::path copy = host.agents() + "/" + host.copies().front();
    const auto whole = std::filesystem::file_size(copy);
    const std::filesystem::path witness = host.agents() + "/../witness";
    std::ofstream(copy, std::ios::trunc) << "#!/bin/sh\ntouch " << witness.string() << "\n";
    CHECK(host.connect() == "");
    CHECK(!std::filesystem::exists(witness));
    CHECK(std::filesystem::file_size(copy) == whole);
    for (const unsigned mode : {0755u, 0770u, 0702u}) {
        ::chmod(copy.c_str(), mode);
        host.pushes = 0;
        CHECK(host.connect() == "");
        CHECK(host.pushes > 0);
    }
    std::filesystem::rename(copy, copy.string() + ".real");
    std::filesystem::create_symlink(copy.string() + ".real", copy);
    CHECK(host.connect() == "");
    CHECK(!std::filesystem::is_symlink(copy));
}

TEST_CASE("what a login shell prints before the agent's greeting is skipped", "[host/agent]") {
    FarHost lines("noisy");
    CHECK(lines.connect() == "");
    FarHost unfinished("titled");
    CHECK(unfinished.connect() == "");
    CHECK(unfinished.connect() == "");
}

TEST_CASE("a login shell that prints without end is given up", "[host/agent]") {
    CHECK(FarHost("flooding").connect() ==
          "connecting to node0 (ssh flooding): more than 64.00 KiB before the agent's greeting; does a shell start-up "
          "file print?");
}

TEST_CASE("a home that takes no files is named, and nothing half-copied stays", "[host/agent]") {
    FarHost host("full");
    const std::string said = host.connect();
    CHECK_THAT(said,
               StartsWith("connecting to node0 (ssh full): copying the agent (") || StartsWith("copying the agent ("));
    CHECK_THAT(said, ContainsSubstring("there is no place for it under ~/.cache/r1cluster"));
    CHECK_THAT(said, ContainsSubstring("File too large"));
    CHECK(host.copies().empty());
}

TEST_CASE("a refused login is told in ssh's words, with what would help", "[host/agent]") {
    CHECK(FarHost("refusing").connect() ==
          "connecting to node0 (ssh refusing): ssh ended with code 255; it said: Permission denied (publickey).; "
          "ssh must log in without a question: check its key with \"ssh -o BatchMode=yes\"");
}

TEST_CASE("an ssh that ends at once is no hanging", "[host/agent]") {
    FarHost host("plain");
    host.options.ssh_program = "/bin/false";
    CHECK(host.connect() == "connecting to node0 (ssh plain): ssh ended with code 1");
}

TEST_CASE("an ssh that is not installed is named", "[host/agent]") {
    FarHost host("plain");
    host.options.ssh_program = "/nowhere/ssh";
    CHECK(host.connect() == "starting \"/nowhere/ssh\": No such file or directory");
}

TEST_CASE("a host that does not answer is given up after the time that was set", "[host/agent]") {
    FarHost host("silent");
    host.options.connect_timeout_s = 1;
    const auto begin = std::chrono::steady_clock::now();
    CHECK(host.connect() == "connecting to node0 (ssh silent): no answer within 1 s");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

TEST_CASE("the status of the others does not wait for a host that is silent", "[host/agent]") {
    const OwnHome home;
    FarHost host("silent");
    host.options.connect_timeout_s = 60;
    DeploymentSpec spec = local_spec("half");
    spec.hosts[1].transport = Transport::ssh;
    spec.hosts[1].ssh = "silent";
    const auto begin = std::chrono::steady_clock::now();
    const DeploymentStatus status = read_status(spec, host.options);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(50));
    CHECK(status.hosts.at(0).phase == Phase::absent);
    CHECK(status.hosts.at(1).phase == Phase::unknown);
    CHECK_THAT(status.hosts.at(1).because, StartsWith("connecting to node1: no answer within ") &&
                                               ContainsSubstring(" s after another host answered"));
}

TEST_CASE("one host that cannot be reached does not hide the other", "[host/agent]") {
    FarHost host("refusing");
    DeploymentSpec spec = local_spec("half");
    spec.hosts[1].transport = Transport::ssh;
    spec.hosts[1].ssh = "refusing";
    const Recording recording = read(spec, host.options);
    CHECK(recording.hosts.at(0).unreachable_because == "");
    CHECK_THAT(recording.hosts.at(1).unreachable_because, StartsWith("connecting to node1 (ssh refusing): "));
    CHECK(recording.probes.empty());
}
