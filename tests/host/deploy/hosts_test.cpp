// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/host/hosts.hpp"

#include <atomic>
#include <thread>

#include "host/agent/local_hosts.hpp"
#include "host/guard/own_home.hpp"
#include "r1cluster/host/deploy/deploy.hpp"
#include "r1cluster/host/read/read.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

TEST_CASE("one connection serves several calls, and progress comes on the thread of each", "[host/deploy]") {
    const OwnHome home;
    HostOptions options = local_options();
    int connected = 0;
    const auto caller = std::this_thread::get_id();
    options.on_progress = [&](const Progress& progress) {
        CHECK(std::this_thread::get_id() == caller);
        if (progress.step == "connect") ++connected;
    };
    Hosts hosts = connect(local_spec("connected"), options);
    CHECK(read(hosts).hosts.size() == 2);
    CHECK(read_status(hosts).phase == Phase::absent);
    CHECK(connected == 2);
}

TEST_CASE("calls from several threads take turns", "[host/deploy]") {
    const OwnHome home;
    Hosts hosts = connect(local_spec("shared"), local_options());
    std::atomic<int> absent = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] { absent += read_status(hosts).phase == Phase::absent ? 1 : 0; });
    for (std::thread& thread : threads) thread.join();
    CHECK(absent == 4);
}

TEST_CASE("a call that its caller cancels leaves the connections usable", "[host/deploy]") {
    const OwnHome home;
    std::atomic<bool> is_cancelled = false;
    HostOptions options = local_options();
    options.is_cancelled = [&] { return is_cancelled.load(); };
    Hosts hosts = connect(local_spec("cancelled"), options);
    is_cancelled = true;
    CHECK(error_of([&] { read(hosts); }) == "interrupted: interrupted");
    is_cancelled = false;
    CHECK(read_status(hosts).phase == Phase::absent);
}

TEST_CASE("what the caller's progress throws ends the call, and is thrown by it", "[host/deploy]") {
    const OwnHome home;
    HostOptions options = local_options();
    options.on_progress = [](const Progress&) { throw std::runtime_error("full"); };
    CHECK_THROWS_WITH(connect(local_spec("thrown"), options), "full");
}
