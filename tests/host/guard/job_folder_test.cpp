// SPDX-License-Identifier: Apache-2.0
#include "host/guard/job_folder.hpp"

#include <sys/stat.h>

#include <filesystem>

#include "host/guard/own_home.hpp"
#include "r1cluster/host/read/read.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;
namespace fs = std::filesystem;

namespace {

unsigned mode_of(const std::string& path) {
    struct stat facts {};
    return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
}

}  // namespace

TEST_CASE("a deployment's folder is its user's alone", "[host/guard]") {
    const OwnHome home;
    const JobFolder folder("r1", "node0");
    CHECK(folder.path() == home.state() + "/r1cluster/r1/node0");
    CHECK(!folder.exists());
    folder.prepare("key");
    folder.write("token", "secret");
    CHECK(mode_of(home.state() + "/r1cluster") == 0700);
    CHECK(mode_of(folder.path()) == 0700);
    CHECK(mode_of(folder.file("logs")) == 0700);
    CHECK(mode_of(folder.file("token")) == 0600);
    CHECK(folder.read("token") == "secret");
    CHECK(folder.read("plan.json") == std::nullopt);
}

TEST_CASE("a file is written as a whole or stays as it was", "[host/guard]") {
    const OwnHome home;
    const JobFolder folder("r1", "node0");
    folder.prepare("key");
    folder.write("state.json", "old");
    fs::create_directory(folder.file("state.json.new"));  // in the way
    CHECK_THAT(error_of([&] { folder.write("state.json", "new"); }),
               StartsWith("system: writing \"" + folder.file("state.json.new") + "\": "));
    CHECK(folder.read("state.json") == "old");
    fs::remove(folder.file("state.json.new"));
    folder.write("state.json", "new");
    CHECK(folder.read("state.json") == "new");
    CHECK(!fs::exists(folder.file("state.json.new")));
}

TEST_CASE("a link in the place of a file is not followed", "[host/guard]") {
    const OwnHome home;
    const JobFolder folder("r1", "node0");
    folder.prepare("key");
    fs::create_symlink(home.state() + "/elsewhere", folder.file("token.new"));
    CHECK_THAT(error_of([&] { folder.write("token", "secret"); }), StartsWith("system: writing \""));
    CHECK(!fs::exists(home.state() + "/elsewhere"));
}

TEST_CASE("preparing again leaves the engine's cache and nothing else of the last run", "[host/guard]") {
    const OwnHome home;
    const JobFolder folder("r1", "node0");
    folder.prepare("key");
    for (const char* name : {"plan.json", "state.json", "group", "token", "failure", "logs/head.log"})
        folder.write(name, "old");
    fs::create_directory(folder.file("cache"));
    folder.write("cache/kernel", "compiled");
    folder.prepare("key");
    for (const char* name : {"plan.json", "state.json", "group", "token", "failure", "logs/head.log"}) {
        CAPTURE(name);
        CHECK(!fs::exists(folder.file(name)));
    }
    CHECK(fs::is_directory(folder.file("logs")));
    CHECK(folder.read("cache/kernel") == "compiled");
}

TEST_CASE("a cache that was compiled for something else is removed before the next start", "[host/guard]") {
    const OwnHome home;
    const JobFolder folder("r1", "node0");
    folder.prepare("key");
    fs::create_directory(folder.file("cache"));
    folder.write("cache/kernel", "compiled");
    CHECK(folder.has_cache_of("key"));
    CHECK(!folder.has_cache_of("other"));
    folder.prepare("other");
    CHECK(!fs::exists(folder.file("cache")));
    CHECK(folder.has_cache_of("other"));
}

TEST_CASE("removing keeps a cache that holds something, and purging does not", "[host/guard]") {
    const OwnHome home;
    const JobFolder folder("r1", "node0");
    folder.prepare("key");
    fs::create_directory(folder.file("cache"));
    folder.write("cache/kernel", "compiled");
    folder.write("plan.json", "{}");
    folder.remove(false);
    CHECK(folder.read("cache/kernel") == "compiled");
    CHECK(folder.has_cache_of("key"));
    CHECK(!fs::exists(folder.file("plan.json")));
    fs::remove(folder.file("cache/kernel"));
    fs::remove(folder.file("logs"));
    folder.remove(false);
    CHECK(!folder.exists());
}

TEST_CASE("removing keeps the logs, and purging does not", "[host/guard]") {
    const OwnHome home;
    const JobFolder folder("r1", "node0"), other("r1", "node1");
    folder.prepare("key");
    other.prepare("key");
    folder.write("plan.json", "{}");
    folder.write("logs/head.log", "text");
    folder.remove(false);
    CHECK(folder.read("logs/head.log") == "text");
    CHECK(!fs::exists(folder.file("plan.json")));
    folder.remove(true);
    CHECK(!folder.exists());
    CHECK(other.exists());
    other.remove(true);
    CHECK(!fs::exists(home.state() + "/r1cluster"));
    CHECK(fs::exists(home.state()));
}

TEST_CASE("logs are listed oldest first, without the guard's own", "[host/guard]") {
    const OwnHome home;
    const JobFolder folder("r1", "node0");
    folder.prepare("key");
    for (const char* name : {"worker.log", "head.log", "head.log.1", "head.log.10", "head.log.2", "guard.log"}) {
        folder.write(std::string("logs/") + name, "");
    }
    CHECK(folder.log_files() ==
          std::vector<std::string>{"head.log.10", "head.log.2", "head.log.1", "head.log", "worker.log"});
}

TEST_CASE("a lock has one holder, and is free when that one is gone", "[host/guard]") {
    const OwnHome home;
    const std::string path = home.state() + "/lock";
    {
        const auto held = Lock::try_take(path);
        REQUIRE(held);
        CHECK(!Lock::try_take(path));
    }
    CHECK(Lock::try_take(path));
    CHECK(mode_of(path) == 0600);
    CHECK(error_of([&] { Lock::try_take("/nowhere/lock"); }) ==
          "system: opening the lock \"/nowhere/lock\": No such file or directory");
}
