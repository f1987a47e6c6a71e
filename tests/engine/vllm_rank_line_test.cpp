// SPDX-License-Identifier: Apache-2.0
#include "engine/vllm/parts.hpp"
#include "support/catch.hpp"

using namespace r1cluster::detail;
using vllm::rank_of_line;

TEST_CASE("a worker of vLLM names its rank and its pid", "[engine]") {
    CHECK(rank_of_line("(Worker pid=12844) INFO 11-22 07:40:49 [parallel_state.py:2350] rank 0 in world size 2 is "
                       "assigned as DP rank 0, "
                       "PP rank 0, PCP rank 0, TP rank 0, EP rank N/A, EPLB rank N/A") == SeenRank{0, 12844});
    CHECK(rank_of_line(
              "(Worker_PP1_TP7 pid=977) INFO 11-22 07:40:49 [parallel_state.py:1208] rank 15 in world size 16 is "
              "assigned as DP rank 0") == SeenRank{15, 977});
}

TEST_CASE("what Ray passes on from another host names no pid of ours", "[engine]") {
    CHECK(
        rank_of_line("(RayWorkerWrapper pid=12844, ip=10.0.0.2) INFO 11-22 07:40:49 [parallel_state.py:2350] rank 1 in "
                     "world size 2 is "
                     "assigned as DP rank 0") == std::nullopt);
}

TEST_CASE("lines that only look like a worker's name no rank", "[engine]") {
    for (const char* line :
         {"", "INFO 11-22 07:40:49 [parallel_state.py:2350] rank 0 in world size 2 is assigned as DP rank 0",
          "(Worker pid=12844) INFO loading weights of rank 0", "(Worker pid=x) [a.py:1] rank 0 in world size 2",
          "(Worker pid=1) [a.py:1] rank 0 in world size 2", "(Worker pid=-5) [a.py:1] rank 0 in world size 2",
          "(Worker pid=12844) [a.py:1] rank -1 in world size 2",
          "(Worker pid=99999999999) [a.py:1] rank 0 in world size 2", "(Worker pid=12844) my rank 0 in world size 2"}) {
        CAPTURE(line);
        CHECK(rank_of_line(line) == std::nullopt);
    }
}
