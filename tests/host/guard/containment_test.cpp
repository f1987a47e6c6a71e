// SPDX-License-Identifier: Apache-2.0
#include "host/guard/containment.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "host/os/child.hpp"
#include "support/catch.hpp"
#include "support/skip.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;

namespace {

const std::string engine = R1CLUSTER_ENGINE_STAND_IN;
constexpr std::size_t tree_of_three = 15;  // 1 + 2 + 4 + 8

template <class Condition>
bool comes_true(Condition condition) {
    for (int i = 0; i < 3000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

/// Containment::make makes its caller the parent of orphans; afterwards this process is again as it was.
struct OrphansComeHere {
    ~OrphansComeHere() {
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
        ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    }
};

void holds_a_tree(Containment& group) {
    boost::asio::io_context context;
    ChildOptions options;
    options.cgroup_procs = group.join_descriptor();
    const auto child = Child::start(context, {engine, "tree", "3"}, options);
    CHECK(comes_true([&] { return group.pids().size() == tree_of_three; }));
    // The root goes first: its children are orphans then.
    child->end();
    CHECK(comes_true([&] { return group.pids().size() == tree_of_three - 1; }));
    CHECK(comes_true([&] {
        group.kill();
        return group.pids().empty();
    }));
    group.remove();
}

bool is_alive(int pid) {
    std::error_code ignored;
    return std::filesystem::exists("/proc/" + std::to_string(pid) + "/exe", ignored);
}

}  // namespace

TEST_CASE("a cgroup holds whatever is forked in it, in whichever session, and ends it", "[host/guard]") {
    const OrphansComeHere orphans;
    const auto group = Containment::make("r1cluster-test-" + std::to_string(::getpid()));
    if (group->cgroup().empty()) skip_case("this user cannot make a cgroup v2 here");
    CHECK(group->text() == "cgroup v2 " + group->cgroup());
    CHECK(group->pids().empty());
    holds_a_tree(*group);
    CHECK(!std::filesystem::exists(group->cgroup()));
}

TEST_CASE("without a cgroup all descendants are found, orphans among them, and ended", "[host/guard]") {
    const OrphansComeHere orphans;
    const auto group = Containment::make("no-such-folder/group");  // no cgroup can be made there
    CHECK(group->cgroup() == "");
    CHECK(group->join_descriptor() == -1);
    CHECK(group->text() == "subreaper (no cgroup can be made by this user)");
    if (!group->pids().empty()) skip_case("this process has other children");
    holds_a_tree(*group);
}

TEST_CASE("what a guard left is found by its marker, and nothing else is touched", "[host/guard]") {
    boost::asio::io_context context;
    const std::string marker = "test" + std::to_string(::getpid());
    ChildOptions options;
    options.env = {{job_marker_name, marker + "x"}};
    const auto bystander = Child::start(context, {engine}, options);
    options.env = {{job_marker_name, marker}};
    const auto left = Child::start(context, {engine, "tree", "2", "environment"}, options);
    char byte = 0;
    left->output().read_some(boost::asio::buffer(&byte, 1));  // it has forked
    CHECK(find_leftovers("", marker).contains(left->pid()));
    CHECK(!find_leftovers("", marker).contains(bystander->pid()));
    CHECK(kill_leftovers("", marker, 60).found >= 3);
    CHECK(kill_leftovers("", marker, 60).found == 0);
    CHECK(!is_alive(left->pid()));
    CHECK(is_alive(bystander->pid()));
}
