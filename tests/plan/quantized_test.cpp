// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_cases.hpp"
#include "r1cluster/shard/shard_plan.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

// By hand: an AWQ matrix takes o*i/2 bytes, and for each group of 128 inputs o/2 of zero points and 2*o of scales.
// Latent projections, norms and routers are whole on each of 8 ranks, everything else is cut by 8.
TEST_CASE("R1 by AWQ on 8 GPUs, weights and all", "[plan]") {
    Cluster cluster = h100_hosts(1);
    DeploymentSpec spec = spec_for(cluster);
    spec.engine.version = "0.7.3";
    spec.engine.gpu_memory_utilization = 0.95;
    spec.serve.max_model_len = 8000;
    spec.layout.tensor_parallel = 8;
    spec.layout.pipeline_parallel = 1;
    CHECK(r1_awq().tensor_bytes() == 351'522'141'952);
    const Layout layout = only_layout(spec, cluster, r1_awq());
    const ShardPlan shards = plan_shards(layout, r1_awq());
    for (const RankShards& rank : shards.ranks) CHECK(rank.bytes == 44'548'133'632);
    CHECK(shards.hosts.at(0).bytes == r1_awq().tensor_bytes());

    // "Loading model weights took 50.47 GB" of vLLM 0.7.3 (dzhsurf/deepseek-v3-r1-deploy-and-benchmarks), which is GiB.
    const MemoryForecast forecast = forecast_memory(spec, cluster, r1_awq(), layout);
    std::int64_t likely = 0;
    for (const MemoryTerm& term : forecast.ranks.at(0).terms) {
        if (term.name == "weights" || term.name == "absorbed matrices" || term.name == "rotary cache")
            likely += term.bytes.likely;
    }
    CHECK(static_cast<double>(likely) / static_cast<double>(std::uint64_t{1} << 30) == Approx(50.47).epsilon(0.02));
}
