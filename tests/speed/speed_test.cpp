// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "layout/machines.hpp"
#include "model/synthetic.hpp"
#include "r1cluster/plan/plan.hpp"
#include "r1cluster/speed/speed.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

Cluster named_hosts(int hosts) {
    Cluster cluster = h100_hosts(hosts);
    for (Machine& machine : cluster.machines) {
        for (Gpu& gpu : machine.gpus) gpu.name = "NVIDIA H100 80GB HBM3";
    }
    return cluster;
}

Layout best_layout(const Cluster& cluster) {
    DeploymentSpec spec = spec_for(cluster);
    spec.engine.gpu_memory_utilization = 0.95;
    const Plan found = plan_layouts(spec, cluster, r1());
    REQUIRE_FALSE(found.layouts.empty());
    return found.layouts.front();
}

}  // namespace

TEST_CASE("a layout of the plan has a speed for each load, and the traffic of each link", "[speed]") {
    const Cluster cluster = named_hosts(2);
    const SpeedForecast forecast =
        forecast_speed(spec_for(cluster), cluster, r1(), best_layout(cluster), {{1, 128, 256}, {32, 128, 256}});
    REQUIRE(forecast.points.size() == 2);
    CHECK(forecast.points[0].workload == Workload{1, 128, 256});
    CHECK(forecast.points[1].output_tokens_per_s.likely > forecast.points[0].output_tokens_per_s.likely);
    REQUIRE(forecast.links.size() == 2);
    const LinkTraffic &inside = forecast.links[0], &between = forecast.links[1];
    CHECK(inside.decode_messages_per_token == 123);
    // 123 x 7168 x 2 bytes, 2 x 7 / 8 times each.
    CHECK(std::abs(inside.decode_bytes_per_token - 123 * 14336 * 1.75) < 1e-6);
    CHECK(between.link == "a -> b");
    CHECK(between.decode_bytes_per_token == 28'672);
    CHECK(between.prefill_bytes_per_token == 28'672);
    CHECK_THAT(forecast.accuracy, ContainsSubstring("within 25 %"));
}

TEST_CASE("data-parallel parts send hidden states to and from their experts in each layer", "[speed]") {
    const Cluster cluster = named_hosts(2);
    Layout layout;
    layout.data_parallel = 16;
    layout.is_expert_parallel = true;
    for (int rank = 0; rank < 16; ++rank) {
        RankPlacement placement;
        placement.rank = placement.data_rank = rank;
        placement.host = rank < 8 ? "a" : "b";
        placement.gpu = rank % 8;
        placement.layer_count = 61;
        layout.ranks.push_back(placement);
    }
    layout.engine = choose_engine(spec_for(cluster), cluster, r1().config);
    const SpeedForecast forecast = forecast_speed(spec_for(cluster), cluster, r1(), layout, {{64, 128, 256}});
    REQUIRE(forecast.links.size() == 1);
    CHECK(forecast.links[0].link == "between the 16 ranks of the experts");
    CHECK(forecast.links[0].decode_messages_per_token == 2 * 58);
    // 58 x 7168 x 2 bytes, 15 / 16 of them, there and back.
    CHECK(std::abs(forecast.links[0].decode_bytes_per_token - 58 * 14336 * 2 * 15 / 16.0) < 1e-6);
    CHECK_THAT(forecast.links[0].because, ContainsSubstring("over TCP"));
}

TEST_CASE("a forecast is shown with what binds, and explained on demand", "[speed]") {
    const Cluster cluster = named_hosts(2);
    const SpeedForecast forecast =
        forecast_speed(spec_for(cluster), cluster, r1(), best_layout(cluster), {{1, 128, 256}});
    const std::string text = show(forecast);
    CHECK_THAT(text, StartsWith("1 at a time, 128 -> 256 tokens\n  time to first token "));
    CHECK_THAT(text, ContainsSubstring(forecast.points[0].bound_by));
    CHECK_THAT(text, ContainsSubstring("a -> b: 28.00 KiB a token in 2 messages"));
    CHECK_THAT(text, !ContainsSubstring("because"));
    CHECK_THAT(show(forecast, true), ContainsSubstring("because"));
}

TEST_CASE("GPUs without a name make a wide forecast that says so", "[speed]") {
    const Cluster named = named_hosts(2), nameless = h100_hosts(2);
    const auto tpot = [](const Cluster& cluster) {
        return forecast_speed(spec_for(cluster), cluster, r1(), best_layout(cluster), {{64, 128, 256}}).points.front();
    };
    const SpeedPoint known = tpot(named), unknown = tpot(nameless);
    CHECK(unknown.tpot_ms.high / unknown.tpot_ms.low > 2 * known.tpot_ms.high / known.tpot_ms.low);
    const auto weights = std::find_if(unknown.decode_step.begin(), unknown.decode_step.end(),
                                      [](const SpeedTerm& term) { return term.name == "weights from HBM"; });
    REQUIRE(weights != unknown.decode_step.end());
    CHECK_THAT(weights->because, ContainsSubstring("the GPU's name was not seen"));
}

TEST_CASE("no more requests run than the cache holds", "[speed]") {
    const Cluster cluster = named_hosts(2);
    Layout layout = best_layout(cluster);
    layout.kv_tokens = WholeInterval{40'000, 40'000, 40'000};
    // 40,000 / (8,000 + 2,000) = 4 at a time.
    const SpeedForecast forecast =
        forecast_speed(spec_for(cluster), cluster, r1(), layout, {{16, 8000, 2000}, {4, 8000, 2000}});
    CHECK(std::abs(forecast.points[0].output_tokens_per_s.likely / forecast.points[1].output_tokens_per_s.likely - 1) <
          0.02);
    CHECK(forecast.points[0].ttft_ms.likely > 10 * forecast.points[1].ttft_ms.likely);
}

TEST_CASE("a layout for other machines is refused by the rank that has no place", "[speed]") {
    const Cluster cluster = named_hosts(2);
    Layout layout = best_layout(cluster);
    layout.ranks.front().gpu = 11;
    CHECK(message_of([&] { forecast_speed(spec_for(cluster), cluster, r1(), layout, {{}}); }) ==
          "forecasting speed: rank 0 of the layout is on GPU 11 of \"a\", which the cluster has not; plan again with "
          "this "
          "cluster");
}
