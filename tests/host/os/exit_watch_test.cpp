// SPDX-License-Identifier: Apache-2.0
#include "host/os/exit_watch.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read_until.hpp>
#include <chrono>

#include "engine/vllm/parts.hpp"
#include "host/guard/process_facts.hpp"
#include "host/os/child.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;
namespace asio = boost::asio;

namespace {

const std::string engine = R1CLUSTER_ENGINE_STAND_IN;

struct Watch {
    bool has_ended = false;
    std::optional<int> status;
    std::exception_ptr failure;
};

void watch(asio::io_context& context, int pid, Watch& result) {
    asio::co_spawn(context, wait_for_exit(context, pid), [&](std::exception_ptr failure, std::optional<int> status) {
        result = {true, status, failure};
    });
}

void run_until_ended(asio::io_context& context, const Watch& result) {
    for (int i = 0; i < 600 && !result.has_ended; ++i) {
        context.restart();
        context.run_for(std::chrono::milliseconds(100));
    }
}

}  // namespace

TEST_CASE("the end of a child is seen without reaping it", "[host/os]") {
    asio::io_context context;
    const auto child = Child::start(context, {engine, "wait", "100", "exit", "7"});
    Watch seen;
    watch(context, child->pid(), seen);
    run_until_ended(context, seen);
    REQUIRE(seen.has_ended);
    REQUIRE(seen.status);
    CHECK(WEXITSTATUS(*seen.status) == 7);
    CHECK(child->end() == 7);
}

TEST_CASE("the end of a grandchild is seen, with its signal where the kernel tells it", "[host/os]") {
    asio::io_context context;
    const auto child = Child::start(context, {engine, "worker", "0", "1"});
    std::string text;
    const std::size_t size = asio::read_until(child->output(), asio::dynamic_buffer(text), '\n');
    const auto rank = vllm::rank_of_line(text.substr(0, size - 1));
    REQUIRE(rank);
    Watch seen;
    watch(context, rank->pid, seen);
    context.run_for(std::chrono::milliseconds(200));
    CHECK(!seen.has_ended);
    ::kill(rank->pid, SIGKILL);
    run_until_ended(context, seen);
    CHECK(seen.has_ended);
    CHECK(!seen.failure);
    if (seen.status) {
        CHECK(WTERMSIG(*seen.status) == SIGKILL);
    } else {
        WARN("this kernel does not tell how a process ended that is not our child");
    }
}

TEST_CASE("a process that does not exist cannot be waited for", "[host/os]") {
    asio::io_context context;
    const auto child = Child::start(context, {engine, "exit", "0"});
    child->end();
    Watch seen;
    watch(context, child->pid(), seen);
    run_until_ended(context, seen);
    CHECK(seen.failure);
}
