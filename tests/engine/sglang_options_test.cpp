// SPDX-License-Identifier: Apache-2.0
#include "engine/registry/registry.hpp"
#include "layout/machines.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

/// The share that SGLang takes by itself of GPUs with so much memory.
double share(const std::string& version, int hosts, std::uint64_t gpu_mib, LayoutSpec layout = {},
             bool is_latent = true) {
    Cluster cluster;
    for (int i = 0; i < hosts; ++i)
        cluster.machines.push_back(gpu_machine(std::string(1, static_cast<char>('a' + i)), 8, gpu_mib * mib));
    DeploymentSpec spec = spec_for(cluster);
    spec.engine.name = "sglang";
    spec.engine.version = version;
    spec.layout = layout;
    ModelConfig config{.dtype = "bfloat16", .max_position = 4096};
    if (is_latent) config.latent_attention.emplace();
    return choose_engine(spec, cluster, config).gpu_memory_utilization;
}

}  // namespace

// Each value is what server_args.py of the release computes for such GPUs.
TEST_CASE("SGLang's own share of memory follows its release, its ranks and its GPUs", "[engine][memory]") {
    CHECK(share("0.4.3", 2, 81559) == 0.79);
    CHECK(share("0.4.5", 1, 81559) == 0.81);
    CHECK(share("0.4.6", 1, 143771) == 0.907);
    CHECK(share("0.4.7", 2, 81559) == 0.79);
    CHECK(share("0.4.7", 1, 143771) == 0.872);
    CHECK(share("0.4.10", 2, 81559) == 0.78);
    CHECK(share("0.5.5", 1, 81559) == 0.818);
    CHECK(share("0.5.5", 2, 81559) == 0.805);
    CHECK(share("0.5.10", 1, 143771) == 0.886);
    CHECK(share("0.5.23", 1, 183359) == 0.844);
}

TEST_CASE("copies, stages and the kind of attention count in SGLang's reserve", "[engine][memory]") {
    const LayoutSpec copies{.tensor_parallel = 1, .pipeline_parallel = 1, .data_parallel = 8};
    CHECK(share("0.4.10", 1, 81559, copies) < share("0.4.10", 1, 81559));
    CHECK(share("0.5.5", 1, 143771, copies) < share("0.5.5", 1, 143771) - 0.1);
    const LayoutSpec stages{.tensor_parallel = 4, .pipeline_parallel = 2};
    CHECK(share("0.5.10", 1, 143771, stages) > share("0.5.10", 1, 143771));
    CHECK(share("0.5.10", 1, 143771, {}, false) > share("0.5.10", 1, 143771));
}

TEST_CASE("a share that is given counts, and the reason of SGLang's own is said", "[engine][memory]") {
    Cluster cluster = h100_hosts(1);
    DeploymentSpec spec = spec_for(cluster);
    spec.engine.name = "sglang";
    spec.engine.version = "0.5.5";
    const ModelConfig config{.dtype = "bfloat16", .max_position = 4096};
    const Engine own = choose_engine(spec, cluster, config);
    REQUIRE(own.because.size() == 1);
    CHECK_THAT(own.because[0], StartsWith("--mem-fraction-static 0.8"));
    CHECK(own.max_batched_tokens == 8192);
    spec.engine.gpu_memory_utilization = 0.7;
    CHECK(choose_engine(spec, cluster, config).gpu_memory_utilization == 0.7);
    spec.engine.extra_arguments = {"--mem-fraction-static", "0.6"};
    CHECK(choose_engine(spec, cluster, config).gpu_memory_utilization == 0.6);
    CHECK(choose_engine(spec, cluster, config).because.empty());
}

TEST_CASE("SGLang's own split of layers follows its release", "[engine]") {
    const auto split = [](const char* version) {
        Engine engine;
        engine.name = "sglang";
        engine.version = Version::parse(version);
        return default_partition(61, 4, engine);
    };
    CHECK(split("0.5.5") == std::vector{15, 15, 15, 16});
    CHECK(split("0.4.7") == std::vector{15, 15, 15, 16});
    CHECK(split("0.5.6") == std::vector{15, 15, 15, 16});
    Engine engine;
    engine.name = "sglang";
    engine.version = Version::parse("0.5.5");
    CHECK(default_partition(62, 4, engine) == std::vector{15, 15, 15, 17});
    engine.version = Version::parse("0.5.6");
    CHECK(default_partition(62, 4, engine) == std::vector{15, 15, 16, 16});
}
