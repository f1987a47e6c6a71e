// SPDX-License-Identifier: Apache-2.0
/// What a caller does with a plan: take the best layout, compare two, and ask how long requests may be.
#include "layout/machines.hpp"
#include "memory/memory_cases.hpp"
#include "r1cluster/layout/compare.hpp"
#include "r1cluster/plan/plan.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

const LayoutDifference& find(const std::vector<LayoutDifference>& differences, const std::string& what) {
    for (const LayoutDifference& difference : differences) {
        if (difference.what == what) return difference;
    }
    throw std::runtime_error("no difference \"" + what + "\"");
}

}  // namespace

TEST_CASE("the best layout is the first, and where nothing fits the reason is thrown", "[plan]") {
    Case made = llama_8b_on_h200(1);
    const Plan plan = plan_layouts(made.spec, made.cluster, made.checkpoint);
    CHECK(plan.best() == plan.layouts.front());

    made.spec.layout.tensor_parallel = 3;
    const Plan none = plan_layouts(made.spec, made.cluster, made.checkpoint);
    REQUIRE(none.layouts.empty());
    CHECK_THAT(error_of([&] { static_cast<void>(none.best()); }), ContainsSubstring(none.rejected.front().because));
}

TEST_CASE("users share the KV cache in whole blocks", "[memory]") {
    const Case made = llama_8b_on_h200(1);
    MemoryForecast forecast = made.forecast();
    forecast.kv_tokens = {1000, 2000, 1'000'000};
    forecast.longest_request_tokens = {1000, 2000, 8192};
    Layout layout = made.layout;
    layout.engine.block_size = 16;

    CHECK(longest_request(forecast, layout, 1) == WholeInterval{992, 2000, 8192});
    CHECK(longest_request(forecast, layout, 3) == WholeInterval{320, 656, 8192});
    CHECK(longest_request(forecast, layout, 1000) == WholeInterval{0, 0, 992});

    layout.data_parallel = 2;  // three users: two of them in one cache of half the tokens
    CHECK(longest_request(forecast, layout, 3) == WholeInterval{240, 496, 8192});

    CHECK(error_of([&] { static_cast<void>(longest_request(forecast, layout, 0)); }) ==
          "asking for the longest request of 0 users: there must be one or more");
}

TEST_CASE("V0 gives each pipeline stage a share of the blocks", "[memory]") {
    Layout layout = llama_8b_on_h200(1).layout;
    layout.pipeline_parallel = 2;
    layout.engine.runner = knowledge::Runner::v0;
    const MemoryForecast forecast{.kv_tokens = {3200, 3200, 3200}, .longest_request_tokens = {1600, 1600, 1600}};
    CHECK(longest_request(forecast, layout, 1).likely == 1600);
    CHECK(longest_request(forecast, layout, 4).likely == 800);
}

TEST_CASE("two layouts differ in sizes, room and speed, and say which is better", "[layout]") {
    const Case made = llama_8b_on_h200(1);
    const Layout& first = made.layout;
    Layout second = first;
    CHECK(compare(first, second).empty());
    CHECK(show(compare(first, second)) == "the layouts do not differ\n");

    second.tensor_parallel = 2;
    second.kv_tokens = WholeInterval{1, 2, 3};
    second.tpot_ms = Interval{0.1, 0.2, 0.3};
    const auto differences = compare(first, second);
    CHECK(find(differences, "layout").better == BetterLayout::neither);
    CHECK(find(differences, "ranks").second == "2");
    CHECK(find(differences, "KV cache").better == BetterLayout::first);
    CHECK(find(differences, "time per output token").better == BetterLayout::second);

    second.workload = Workload{.concurrency = 7};
    for (const LayoutDifference& difference : compare(first, second)) {
        CHECK(difference.what != "time per output token");  // forecasts for other loads do not compare
    }
}
