// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "model/synthetic.hpp"
#include "speed/stages.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;
using namespace r1cluster::detail;

namespace {

const Fabric infiniband = [] {
    Fabric fabric = fabric_at(300, 180);
    fabric.in_host_name = "NVLink";
    fabric.between_hosts_name = "InfiniBand with GPUDirect RDMA";
    fabric.in_host_latency_us = {4, 5, 9};
    fabric.between_hosts_latency_us = {12, 22, 40};
    return fabric;
}();

SpeedPoint r1_on_two_hosts(const Workload& workload, const EngineOptions& options = options_of("0.25.1")) {
    return speed_point(options, r1_shape(), {8, 2}, stages_of({31, 30}, "NVIDIA H100 80GB HBM3", 44'000'000'000),
                       infiniband, workload);
}

SpeedPoint llama(const EngineOptions& options, const Workload& workload = {}, const LayoutSizes& sizes = {}) {
    return speed_point(options, llama_8b_shape(), sizes, stages_of({32}, "NVIDIA H200"), infiniband, workload);
}

}  // namespace

TEST_CASE("the parts of a step and of a first token add up, at each end", "[speed]") {
    for (const Workload& workload : {Workload{}, Workload{32, 2000, 256}}) {
        const SpeedPoint point = r1_on_two_hosts(workload);
        for (double Interval::*end : {&Interval::low, &Interval::likely, &Interval::high}) {
            CHECK(std::abs(sum_of(point.decode_step, end) / (point.tpot_ms.*end) - 1) < 1e-9);
            CHECK(std::abs(sum_of(point.prefill, end) / (point.ttft_ms.*end) - 1) < 1e-9);
        }
        CHECK(point.tpot_ms.low < point.tpot_ms.likely);
        CHECK(point.tpot_ms.likely < point.tpot_ms.high);
        for (const SpeedTerm& term : point.decode_step) {
            CAPTURE(term.name);
            CHECK(term.ms.low <= term.ms.likely);
            CHECK(term.ms.likely <= term.ms.high);
            CHECK_FALSE(term.because.empty());
        }
    }
}

TEST_CASE("no forecast is below the time of its bytes at the memory's whole rate", "[speed]") {
    // 15.0 GB over 4.8 TB/s.
    CHECK(llama(options_of()).tpot_ms.low > 15.0 / 4.8);
}

TEST_CASE("a rate of requests agrees with their times", "[speed]") {
    const Workload workload{8, 128, 256};
    const SpeedPoint point = llama(options_of(), workload);
    const double life_ms = point.ttft_ms.likely + 255 * point.tpot_ms.likely;
    CHECK(std::abs(point.output_tokens_per_s.likely - 8 * 256 / life_ms * 1e3) < 1e-6);
    CHECK(point.output_tokens_per_s.low < point.output_tokens_per_s.high);
}

TEST_CASE("half the bytes of weights are half the time of weights", "[speed]") {
    LayoutSizes two;
    two.tensor_parallel = 2;
    const SpeedPoint one = llama(options_of()), half = llama(options_of(), {}, two);
    const SpeedTerm* whole = find_term(one.decode_step, "weights from HBM");
    const SpeedTerm* part = find_term(half.decode_step, "weights from HBM");
    REQUIRE(whole);
    REQUIRE(part);
    CHECK(std::abs(part->ms.likely / whole->ms.likely - 0.5) < 1e-9);
    CHECK(find_term(one.decode_step, "all-reduces") == nullptr);
    const SpeedTerm* reduces = find_term(half.decode_step, "all-reduces");
    REQUIRE(reduces);
    // 65 of 8 KiB: 5 us, and 8,192 bytes over 300 GB/s.
    CHECK(std::abs(reduces->ms.likely - 65 * (0.005 + 8192 / 300e6)) < 1e-9);
}

TEST_CASE("for one request the stages of a pipeline come one after the other", "[speed]") {
    LayoutSizes pipeline;
    pipeline.pipeline_parallel = 2;
    const SpeedPoint alone = llama(options_of());
    const SpeedPoint both =
        speed_point(options_of(), llama_8b_shape(), pipeline, stages_of({16, 16}, "NVIDIA H200"), infiniband, {});
    const auto weights = [](const SpeedPoint& point) { return find_term(point.decode_step, "weights from HBM")->ms; };
    CHECK(std::abs(weights(both).likely - weights(alone).likely) < 1e-9);
    CHECK(both.tpot_ms.likely > alone.tpot_ms.likely);
    CHECK(find_term(both.decode_step, "pipeline hops"));
}

TEST_CASE("with a batch for each stage, all wait for the slowest stage", "[speed]") {
    LayoutSizes pipeline;
    pipeline.pipeline_parallel = 2;
    const auto point = [&](const std::vector<int>& layers) {
        return speed_point(options_of(), llama_8b_shape(), pipeline, stages_of(layers, "NVIDIA H200"), infiniband,
                           {32, 128, 256});
    };
    CHECK(point({16, 16}).output_tokens_per_s.likely > point({28, 4}).output_tokens_per_s.likely);
    CHECK(find_term(point({28, 4}).decode_step, "waiting for the slowest stage"));
}

TEST_CASE("without CUDA graphs Python's launches bind a model of many small kernels", "[speed]") {
    EngineOptions eager = options_of("0.25.1");
    eager.is_eager = true;
    const SpeedPoint point = r1_on_two_hosts({}, eager);
    CHECK(point.tpot_ms.likely > 2 * r1_on_two_hosts({}).tpot_ms.likely);
    CHECK(llama(eager).tpot_ms.likely > llama(options_of("0.25.1")).tpot_ms.likely);
    CHECK(point.decode_step.front().name == "launch");
    CHECK_THAT(point.bound_by, StartsWith("launch is "));
    CHECK_THAT(point.bound_by, ContainsSubstring("CUDA graphs (without enforce_eager) would take it to "));
}

TEST_CASE("what binds is said in numbers of the model itself", "[speed]") {
    const SpeedPoint point = llama(options_of("0.25.1"));
    CHECK(point.decode_step.front().name == "weights from HBM");
    CHECK_THAT(point.bound_by, StartsWith("weights from HBM are "));
    // FP8 halves the bytes of the layers: 14.0 of 15.0 GB, so that 7.0 GB less are read.
    CHECK_THAT(point.bound_by, ContainsSubstring("; FP8 weights would take it to "));
}

TEST_CASE("more requests than the engine runs at a time wait for their turn", "[speed]") {
    EngineOptions few = options_of();
    few.max_sequences = 8;
    const SpeedPoint point = llama(few, {32, 128, 256}), eight = llama(few, {8, 128, 256});
    const SpeedTerm* queue = find_term(point.prefill, "queue");
    REQUIRE(queue);
    // Four rounds; the request in the middle waits for two.
    CHECK(queue->ms.likely > 2 * 255 * eight.tpot_ms.likely);
    CHECK(std::abs(point.output_tokens_per_s.likely / eight.output_tokens_per_s.likely - 1) < 0.01);
}

TEST_CASE("a drafted token that is mostly accepted shortens the time per token", "[speed]") {
    EngineOptions drafting = options_of("0.25.1");
    drafting.speculative_tokens = 1;
    CHECK(r1_on_two_hosts({}, drafting).tpot_ms.likely < r1_on_two_hosts({}).tpot_ms.likely);
}

TEST_CASE("an FP8 cache halves the time of the cache", "[speed]") {
    EngineOptions small = options_of();
    small.kv_cache_dtype = "fp8";
    const Workload long_load{16, 16000, 256};
    const auto cache = [](const SpeedPoint& point) {
        return find_term(point.decode_step, "KV cache from HBM")->ms.likely;
    };
    CHECK(std::abs(cache(llama(small, long_load)) / cache(llama(options_of(), long_load)) - 0.5) < 1e-9);
}

TEST_CASE("data-parallel parts share the requests and exchange hidden states for their experts", "[speed]") {
    const LayoutSizes wide{1, 1, 8, 1, true};
    const SpeedPoint point =
        speed_point(options_of(), r1_shape(), wide, stages_of({61}, "NVIDIA H200"), infiniband, {256, 128, 256});
    CHECK(find_term(point.decode_step, "expert exchange"));
    CHECK(find_term(point.decode_step, "all-reduces") == nullptr);
    const SpeedPoint tensor =
        speed_point(options_of(), r1_shape(), {8, 1}, stages_of({61}, "NVIDIA H200"), infiniband, {256, 128, 256});
    // Each rank reads the cache of its own 32 requests and not of all 256.
    CHECK(find_term(point.decode_step, "KV cache from HBM")->ms.likely <
          find_term(tensor.decode_step, "KV cache from HBM")->ms.likely / 4);
}

TEST_CASE("an old engine is slower with latent attention than a new one", "[speed]") {
    CHECK(r1_on_two_hosts({}, options_of("0.7.1")).tpot_ms.likely >
          1.5 * r1_on_two_hosts({}, options_of("0.25.1")).tpot_ms.likely);
}

TEST_CASE("there is no forecast for CPUs", "[speed]") {
    auto stages = stages_of({32}, "");
    stages.front().device.gpu.reset();
    CHECK(
        message_of([&] { speed_point(options_of(), llama_8b_shape(), {}, stages, infiniband, {}); }) ==
        "forecasting the speed of a \"layout\" without GPUs: there are no figures of CPUs; only layouts on GPUs can be "
        "forecast");
}
