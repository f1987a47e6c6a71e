// SPDX-License-Identifier: Apache-2.0
#include "launch/stall.hpp"

#include "support/catch.hpp"

using namespace r1cluster;
using detail::describe_stall;
using detail::RankActivity;
using Ranks = std::vector<RankActivity>;

namespace {

/// Ranks 0, 1, ... of two hosts, which used so many seconds of CPU time.
Ranks ranks_with(const std::vector<double>& cpu_s) {
    Ranks ranks;
    for (std::size_t i = 0; i < cpu_s.size(); ++i) {
        const int rank = static_cast<int>(i);
        const bool is_first = i < (cpu_s.size() + 1) / 2;
        ranks.push_back({rank, 100 + rank, is_first ? "node0" : "node1", cpu_s[i], "S", ""});
    }
    return ranks;
}

}  // namespace

TEST_CASE("the one rank that sleeps while the others spin keeps them waiting", "[launch]") {
    Ranks after = ranks_with({10, 10, 0, 9.9});
    after[0].state = after[1].state = after[3].state = "R";
    after[2].waits_in = "hrtimer_nanosleep";
    const Stall stall = describe_stall("node0", 24, ranks_with({0, 0, 0, 0}), after, 10);
    CHECK(
        stall.text ==
        "no token for 24 s, though one was asked for: rank 2 on node1 (pid 102) used 0 % of a CPU and is in state S in "
        "hrtimer_nanosleep in the last 10 s; the other ranks 99 to 100 %");
    CHECK(stall.host == "node1");
    CHECK(stall.rank == 2);
    CHECK(stall.pid == 102);
    CHECK(stall.seconds == 24);
}

TEST_CASE("the one rank that spins while the others sleep keeps them waiting", "[launch]") {
    CHECK(describe_stall("node0", 24, ranks_with({1, 1, 1}), ranks_with({1, 11, 1}), 10).rank == 1);
}

TEST_CASE("of two ranks the one that sleeps stands out", "[launch]") {
    CHECK(describe_stall("node0", 24, ranks_with({0, 0}), ranks_with({0, 10}), 10).rank == 0);
    CHECK(describe_stall("node0", 24, ranks_with({0, 0}), ranks_with({10, 0}), 10).rank == 1);
}

TEST_CASE("a rank that cannot be woken stands out among ranks that sleep", "[launch]") {
    Ranks after = ranks_with({0, 0, 0});
    after[1].state = "D";
    CHECK(describe_stall("node0", 24, ranks_with({0, 0, 0}), after, 10).rank == 1);
    after[1].state = "S";
    after[2].waits_in = "do_freezer_trap";
    CHECK(describe_stall("node0", 24, ranks_with({0, 0, 0}), after, 10).rank == 2);
}

TEST_CASE("several that are alike are counted", "[launch]") {
    const Stall stall = describe_stall("node0", 24, ranks_with({0, 0, 0, 0, 0}), ranks_with({10, 0, 10, 0, 10}), 10);
    CHECK(stall.rank == 1);
    CHECK_THAT(stall.text, ContainsSubstring("in the last 10 s, and 1 more like it; the other ranks 100 %"));
}

TEST_CASE("where all ranks do the same none is named", "[launch]") {
    const Stall stall = describe_stall("node0", 24.4, ranks_with({0, 0}), ranks_with({0.5, 0.1}), 10);
    CHECK(stall.text ==
          "no token for 24 s, though one was asked for: no rank stands out; in the last 10 s they used 1 to 5 % of a "
          "CPU each");
    CHECK(stall.host == "node0");
    CHECK(!stall.rank);
}

TEST_CASE("a rank whose process is another one now is not judged", "[launch]") {
    Ranks before = ranks_with({50, 0});
    before[0].pid = 7;
    CHECK(!describe_stall("node0", 24, before, ranks_with({0, 10}), 10).rank);
    CHECK(describe_stall("node0", 24, {}, {}, 10).text == "no token for 24 s, though one was asked for");
}
