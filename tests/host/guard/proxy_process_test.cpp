// SPDX-License-Identifier: Apache-2.0
// What a reverse proxy needs of a guard: files with secrets, and time to finish. The proxy is a shell here.
#include <filesystem>

#include "host/guard/guarded.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "support/error_of.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;
namespace fs = std::filesystem;

namespace {

/// A rank, and beside it a process that prints its file and then waits to be drained.
struct WithProxy {
    WithProxy() {
        write("certificate", "certificate\n");
        write("key", "key");
        fs::permissions(folder.path("key"), fs::perms::owner_read);
        deployment.plan.drain_s = 20;
        ProcessSpec& proxy = deployment.plan.hosts[0].processes.emplace_back();
        proxy.name = "proxy";
        proxy.argv = {
            "/bin/sh", "-c",
            "cat \"$0\"; stat -c %a \"$0\" \"$(dirname \"$0\")/..\"; echo \"$WHERE\"; trap 'echo drained; exit "
            "0' USR1; while :; do sleep 0.02; done",
            "{state}/files/proxy.cfg"};
        proxy.env["WHERE"] = "{state}/files";
        proxy.files.push_back({"proxy.cfg", "text\n", {folder.path("certificate")}, {folder.path("key")}});
        proxy.is_drained = true;
    }

    void write(const std::string& name, const std::string& text) { std::ofstream(folder.path(name)) << text; }
    std::string state() const { return deployment.home.state() + "/r1cluster/guarded/node0"; }
    std::string log() const {
        const std::string path = state() + "/logs/proxy.log";
        return fs::exists(path) ? read_text_file(path, 1 << 16) : "";
    }
    /// What the log says once it has these words.
    std::string log_with(const std::string& words) const {
        for (int i = 0; i < patience_s * 50 && log().find(words) == std::string::npos; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return log();
    }

    ScratchFolder folder;
    Guarded deployment{{{"rank", "0", "1"}}};
};

}  // namespace

TEST_CASE("files of a process are written for its owner alone, with what only the host knows", "[host/guard]") {
    WithProxy given;
    given.deployment.serve();
    const std::string where = given.state() + "/files";
    CHECK(given.log_with(where) == "text\ncertificate\nkey\n600\n700\n" + where + "\n");
    CHECK(read_text_file(given.state() + "/plan.json", 1 << 20).find("\"key\\n") == std::string::npos);
    given.deployment.end();
    CHECK_FALSE(fs::exists(where));
}

TEST_CASE("a proxy finishes before the engine is asked to end", "[host/guard]") {
    WithProxy given;
    given.deployment.serve();
    given.log_with("/files");
    const DeploymentStatus ended = given.deployment.end();
    CHECK(ended.phase == Phase::stopped);
    CHECK_THAT(given.log(), ContainsSubstring("drained\n"));
}

TEST_CASE("a proxy that dies ends the deployment and is the cause", "[host/guard]") {
    WithProxy given;
    given.deployment.serve();
    given.log_with("/files");
    const DeploymentStatus before = given.deployment.look();
    REQUIRE(before.hosts[0].processes.size() == 2);
    const ProcessStatus& proxy = before.hosts[0].processes[1];
    REQUIRE(proxy.name == "proxy");
    REQUIRE(proxy.pid > 1);
    ::kill(proxy.pid, SIGKILL);
    const DeploymentStatus status = given.deployment.look_until(has_failed);
    REQUIRE(status.cause);
    CHECK(status.cause->process == "proxy");
    CHECK(status.cause->text == "proxy on node0 (pid " + std::to_string(proxy.pid) + ") was killed by SIGKILL");
}

TEST_CASE("a file that cannot be had is told before anything starts", "[host/guard]") {
    WithProxy given;
    fs::permissions(given.folder.path("key"), fs::perms::owner_read | fs::perms::group_read);
    CHECK_THAT(error_of([&] { given.deployment.run_until(has_all_ranks); }),
               ContainsSubstring("others may read it; chmod 600 it"));
    fs::remove(given.folder.path("certificate"));
    CHECK_THAT(error_of([&] { given.deployment.run_until(has_all_ranks); }), ContainsSubstring("/certificate"));
    CHECK_FALSE(fs::exists(given.state() + "/plan.json"));
}
