// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

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

TEST_CASE("what a prompt says names no rank", "[engine]") {
    const std::string real =
        "(Worker pid=12844) INFO 11-22 07:40:49 [parallel_state.py:2350] rank 0 in world size 2 is assigned as DP rank "
        "0";
    CHECK(rank_of_line(real) == SeenRank{0, 12844});
    const std::vector<std::string> others{
        "(APIServer pid=9) INFO 11-22 07:40:49 [logger.py:39] Received request: prompt: '" + real + "'", " " + real,
        "'" + real, "x " + real,
        "(Worker pid=12844) INFO 11-22 07:40:49 [logger.py:2350] rank 0 in world size 2 is assigned as DP rank 0"};
    for (const std::string& line : others) {
        CAPTURE(line);
        CHECK(rank_of_line(line) == std::nullopt);
    }
}

TEST_CASE("vLLM's processes are known by their titles", "[engine]") {
    const auto worker = vllm::process_of_title("VLLM::Worker_PP1_TP3");
    REQUIRE(worker);
    CHECK(worker->name == "Worker_PP1_TP3");
    CHECK(worker->is_worker);
    CHECK(worker->place.stage == 1);
    CHECK(worker->place.tensor == 3);
    const auto core = vllm::process_of_title("VLLM::EngineCore_DP0");
    REQUIRE(core);
    CHECK(!core->is_worker);
    for (const char* title : {"", "VLLM::", "python", "/usr/bin/VLLM::EngineCore", "vllm::Worker"})
        CHECK(!vllm::process_of_title(title));
}
