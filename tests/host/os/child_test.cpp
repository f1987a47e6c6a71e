// SPDX-License-Identifier: Apache-2.0
#include "host/os/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fstream>

#include "host/guard/containment.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/skip.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;
namespace asio = boost::asio;

namespace {

const std::string engine = R1CLUSTER_ENGINE_STAND_IN;

std::string line_of(asio::readable_pipe& pipe) {
    std::string text;
    const std::size_t size = asio::read_until(pipe, asio::dynamic_buffer(text), '\n');
    return text.substr(0, size - 1);
}

/// All that a child writes until it closes its output.
std::string text_of(asio::readable_pipe& pipe) {
    std::string text;
    boost::system::error_code end;
    asio::read(pipe, asio::dynamic_buffer(text), end);
    return text;
}

int status_of(asio::io_context& context, Child& child) {
    int status = -1;
    asio::co_spawn(context, child.wait(), [&](std::exception_ptr, int ended) { status = ended; });
    context.restart();
    context.run_for(std::chrono::seconds(60));
    return status;
}

}  // namespace

TEST_CASE("a child has exactly the environment that it was given, and a session of its own", "[host/os]") {
    asio::io_context context;
    ChildOptions options;
    options.env = {{"GREETING", "hello, 'world'"}, {"EMPTY", ""}};
    const auto child = Child::start(context, {engine, "environment", "exit", "0"}, options);
    CHECK(text_of(child->output()) == "EMPTY=\nGREETING=hello, 'world'\nsession own\n");
}

TEST_CASE("a child has no descriptor of ours but its three streams", "[host/os]") {
    const int ours = ::open("/dev/null", O_RDONLY);
    const int later = ::dup(ours);
    asio::io_context context;
    const auto child = Child::start(context, {engine, "descriptors", "exit", "0"});
    ::close(ours);
    ::close(later);
    CHECK(text_of(child->output()) == "0 1 2 \n");
}

TEST_CASE("a child without an environment of its own inherits ours", "[host/os]") {
    ::setenv("R1CLUSTER_TEST_INHERITED", "yes", 1);
    asio::io_context context;
    const auto child = Child::start(context, {engine, "environment", "exit", "0"});
    CHECK_THAT(text_of(child->output()), ContainsSubstring("R1CLUSTER_TEST_INHERITED=yes\n"));
    ::unsetenv("R1CLUSTER_TEST_INHERITED");
}

TEST_CASE("a child's streams are pipes to us", "[host/os]") {
    asio::io_context context;
    const auto child = Child::start(context, {"cat"});
    asio::write(child->input(), asio::buffer(std::string("there and back\n")));
    CHECK(line_of(child->output()) == "there and back");
    child->input().close();
    CHECK(status_of(context, *child) == 0);
}

TEST_CASE("standard error goes apart, or where standard output goes", "[host/os]") {
    asio::io_context context;
    const auto apart = Child::start(context, {engine, "nonsense"});
    CHECK(text_of(apart->errors()) == "engine_stand_in: \"nonsense\" is not known\n");
    ChildOptions options;
    options.has_own_errors = false;
    const auto joined = Child::start(context, {engine, "nonsense"}, options);
    CHECK(text_of(joined->output()) == "engine_stand_in: \"nonsense\" is not known\n");
}

TEST_CASE("a child's end is what waitpid says of it", "[host/os]") {
    asio::io_context context;
    const auto child = Child::start(context, {engine, "exit", "3"});
    const int status = status_of(context, *child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 3);
    const auto killed = Child::start(context, {engine});
    ::kill(killed->pid(), SIGUSR1);
    const int signalled = status_of(context, *killed);
    CHECK(WIFSIGNALED(signalled));
    CHECK(WTERMSIG(signalled) == SIGUSR1);
}

TEST_CASE("a child that ignores SIGTERM is ended by force, once", "[host/os]") {
    asio::io_context context;
    const auto child = Child::start(context, {engine, "ignore-term", "environment"});
    line_of(child->output());
    ::kill(child->pid(), SIGTERM);
    CHECK(child->end() == 128 + SIGKILL);
    CHECK(child->end() == 128 + SIGKILL);
    CHECK(::kill(child->pid(), 0) == -1);
}

TEST_CASE("a child starts with no signal blocked", "[host/os]") {
    sigset_t blocked, before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &blocked, &before);
    asio::io_context context;
    const auto child = Child::start(context, {engine, "environment"});
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    line_of(child->output());
    ::kill(child->pid(), SIGTERM);
    CHECK(WTERMSIG(status_of(context, *child)) == SIGTERM);
}

TEST_CASE("a program that cannot be started is named with the reason", "[host/os]") {
    asio::io_context context;
    CHECK(error_of([&] { Child::start(context, {"r1cluster-no-such-program"}); }) ==
          "not_found: starting \"r1cluster-no-such-program\": there is no such program in PATH");
    CHECK(error_of([&] {
              Child::start(context, {"/nowhere/python", "-V"});
          }) == "system: starting \"/nowhere/python\": No such file or directory");
    CHECK(error_of([&] { Child::start(context, {"/etc/passwd"}); }) ==
          "system: starting \"/etc/passwd\": Permission denied");
}

TEST_CASE("a child joins the cgroup that it was given", "[host/os]") {
    const auto group = Containment::make("r1cluster-child-test-" + std::to_string(::getpid()));
    if (group->cgroup().empty()) skip_case("this user cannot make a cgroup v2 here");
    asio::io_context context;
    ChildOptions options;
    options.cgroup_procs = group->join_descriptor();
    const auto child = Child::start(context, {engine, "environment"}, options);
    line_of(child->output());
    CHECK(group->pids() == std::vector<int>{child->pid()});
    child->end();
    CHECK(group->pids().empty());
    group->remove();
}

TEST_CASE("a cgroup that cannot be joined is no silent start", "[host/os]") {
    asio::io_context context;
    ChildOptions options;
    options.cgroup_procs = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    CHECK(error_of([&] { Child::start(context, {engine}, options); }) ==
          "system: starting \"" + engine + "\": No space left on device");
    ::close(options.cgroup_procs);
}
