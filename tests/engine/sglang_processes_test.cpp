// SPDX-License-Identifier: Apache-2.0
#include "engine/sglang/parts.hpp"
#include "support/catch.hpp"

using namespace r1cluster::detail;
using sglang::process_of_title;
using sglang::progress_of_metrics;

TEST_CASE("SGLang's schedulers are known by their titles", "[engine]") {
    const auto of_0_5_5 = process_of_title("sglang::scheduler_DP1_TP9_EP9_PP0");
    REQUIRE(of_0_5_5);
    CHECK(of_0_5_5->is_worker);
    CHECK(of_0_5_5->name == "scheduler_DP1_TP9_EP9_PP0");
    CHECK(of_0_5_5->place.data == 1);
    CHECK(of_0_5_5->place.stage == 0);
    CHECK(of_0_5_5->place.tensor == 9);
    const auto of_0_5_23 = process_of_title("sglang::scheduler_PP1_TP3");
    REQUIRE(of_0_5_23);
    CHECK(of_0_5_23->place.stage == 1);
    CHECK(of_0_5_23->place.tensor == 3);
    const auto of_0_4_3 = process_of_title("sglang::scheduler");
    REQUIRE(of_0_4_3);
    CHECK(of_0_4_3->is_worker);
    CHECK(of_0_4_3->place.tensor == 0);
}

TEST_CASE("other processes of SGLang are parts that it needs, and foreign ones are not", "[engine]") {
    for (const char* title : {"sglang::detokenizer", "sglang::data_parallel_controller"}) {
        const auto part = process_of_title(title);
        REQUIRE(part);
        CHECK_FALSE(part->is_worker);
    }
    for (const char* title :
         {"", "sglang::", "python3 -m sglang.launch_server", "/usr/bin/sglang::scheduler", "SGLANG::scheduler"})
        CHECK_FALSE(process_of_title(title));
}

TEST_CASE("SGLang has worked when a counter of tokens or a gauge of requests differs", "[engine]") {
    const std::string text =
        "# HELP sglang:generation_tokens_total Number of generation tokens processed.\n"
        "sglang:generation_tokens_total{model_name=\"r1\"} 12.0\n"
        "sglang:process_cpu_seconds_total 3.0\n"
        "sglang:num_running_reqs{model_name=\"r1\"} 1.0\n";
    const auto replaced = [&](const std::string& from, const std::string& to) {
        std::string other = text;
        return other.replace(other.find(from), from.size(), to);
    };
    REQUIRE(progress_of_metrics(text));
    CHECK(progress_of_metrics(text) == progress_of_metrics(replaced("seconds_total 3.0", "seconds_total 4.0")));
    CHECK(progress_of_metrics(text) != progress_of_metrics(replaced("} 12.0", "} 13.0")));
    CHECK(progress_of_metrics(text) != progress_of_metrics(replaced("} 1.0", "} 2.0")));
    CHECK_FALSE(progress_of_metrics("python_info 1.0\nsglang:process_cpu_seconds_total 3.0\n"));
}
