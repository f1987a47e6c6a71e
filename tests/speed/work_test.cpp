// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "r1cluster/knowledge/knowledge.hpp"
#include "speed/stages.hpp"
#include "speed/step.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;
using namespace r1cluster::detail;

namespace {

/// Of R1's checkpoint, without the next-token layer (163 files less layer 61).
constexpr std::uint64_t r1_bytes = 673'150'611'808;

StageWork whole_r1(int tensor_parallel, std::uint64_t weight_bytes) {
    LayoutSizes sizes;
    sizes.tensor_parallel = tensor_parallel;
    return stage_works(options_of(), r1_shape(), sizes, stages_of({61}, "NVIDIA H200", weight_bytes)).front();
}

}  // namespace

TEST_CASE("1, 16, 32 and 64 tokens reach about 8, 102, 164 and 223 of R1's 256 experts", "[speed]") {
    const Experts& experts = *r1_shape().experts;
    const auto is_about = [&](double tokens, double reached) {
        return std::abs(expected_experts(experts, tokens) - reached) < 1;
    };
    CHECK(is_about(1, 8));
    CHECK(is_about(16, 102));
    CHECK(is_about(32, 164));
    CHECK(is_about(64, 223));
}

TEST_CASE("a hop takes hidden state and residual of each token", "[speed]") {
    CHECK(hop_bytes_per_token(r1_shape()) == 28'672);
    ModelConfig llama_70b;
    llama_70b.hidden_size = 8192;
    CHECK(hop_bytes_per_token(llama_70b) == 32'768);
}

TEST_CASE("a token of R1 is reduced twice in each of 61 layers and once after the embedding", "[speed]") {
    CHECK(all_reduces(r1_shape(), 8) == 122 + 1);
    CHECK(all_reduces(r1_shape(), 1) == 0);
}

TEST_CASE("one token of R1 reads about 37.7 GB: 0.98 ms of eight H200, 1.4 ms of eight H100", "[speed]") {
    const StageWork work = whole_r1(1, r1_bytes);
    CHECK(work.dense_layers == 3);
    CHECK(work.expert_layers == 58);
    CHECK(std::abs(work.bytes_per_element - 1) < 0.005);  // FP8, and a scale for each block
    const double bytes = work.layer_bytes + work.head_bytes + 58 * 8 * work.expert_bytes;
    CHECK(std::abs(bytes / 37.7e9 - 1) < 0.01);
    CHECK(std::abs(bytes / (8 * 4.8e9) - 0.98) < 0.01);  // bytes over GB/s in ms
    CHECK(std::abs(bytes / (8 * 3.35e9) - 1.4) < 0.02);
}

TEST_CASE("latent parts are read whole by each tensor-parallel rank", "[speed]") {
    // Router, q_a and kv_a of 61 or 58 layers are on all ranks: 61 x 7168 x (1536 + 576) and 58 x 7168 x 256 x 2 bytes.
    const double replicated = 61.0 * 7168 * (1536 + 576) + 58.0 * 7168 * 256 * 2;
    const StageWork one = whole_r1(1, 0), eight = whole_r1(8, 0);
    CHECK(std::abs(eight.layer_bytes - ((one.layer_bytes - replicated) / 8 + replicated)) < 1);
    CHECK(eight.kv_bytes_per_token == 61 * 1152);
    CHECK(eight.kv_bytes_per_token == one.kv_bytes_per_token);
}

TEST_CASE("8B reads all but its embedding: 15.0 GB a step, and half of it with two ranks", "[speed]") {
    LayoutSizes sizes;
    const auto read = [&](int ranks) {
        sizes.tensor_parallel = ranks;
        const StageWork work = stage_works(options_of(), llama_8b_shape(), sizes, stages_of({32}, "")).front();
        return work.layer_bytes + work.head_bytes;
    };
    // 32 x (2 x 4096^2 + 2 x 4096 x 1024 + 3 x 4096 x 14336) + 4096 x 128256 elements of two bytes, without norms.
    CHECK(read(1) == 2.0 * (32.0 * (2.0 * 4096 * 4096 + 2.0 * 4096 * 1024 + 3.0 * 4096 * 14336) + 4096.0 * 128256));
    CHECK(read(2) == read(1) / 2);
}

TEST_CASE("with whole experts a rank reads whole ones, and with parts a part of each", "[speed]") {
    LayoutSizes sizes{8, 1, 1, 1, false};
    const auto bytes = [&] {
        return stage_works(options_of(), r1_shape(), sizes, stages_of({61}, "")).front().expert_bytes;
    };
    CHECK(bytes() == 3.0 * 7168 * 2048 / 8);
    sizes.is_expert_parallel = true;
    CHECK(bytes() == 3.0 * 7168 * 2048);
}

TEST_CASE("32,768 tokens of R1 take 8 s over 1 Gb/s, 0.75 s over 10 Gb/s, 20 to 25 ms over 400 Gb/s", "[speed]") {
    const double bytes = 32768 * hop_bytes_per_token(r1_shape());
    CHECK(std::round(bytes / 1e6) == 940);
    const auto seconds = [&](double gbits_per_s) {
        return hop_ms(fabric_at(300, gbits_per_s / 8), Knowledge::embedded(), true, bytes, End::likely) / 1e3;
    };
    CHECK(std::abs(seconds(1) - 7.5) < 0.05);  // at the whole rate; 8 s at 94 % of it
    CHECK(std::abs(seconds(10) - 0.75) < 0.005);
    CHECK(std::abs(seconds(400) - 0.019) < 0.0005);  // 20 to 25 ms at 95 to 75 % of the rate
}

TEST_CASE("an all-reduce moves 2 (T-1) / T times its bytes, and more ranks take longer to begin", "[speed]") {
    Fabric fabric = fabric_at(100, 10);
    CHECK(all_reduce_ms(fabric, Knowledge::embedded(), false, 1, 1e9, End::likely) == 0);
    CHECK(std::abs(all_reduce_ms(fabric, Knowledge::embedded(), false, 2, 1e8, End::likely) - 1.0) < 1e-9);
    CHECK(std::abs(all_reduce_ms(fabric, Knowledge::embedded(), false, 8, 1e8, End::likely) - 1.75) < 1e-9);
    CHECK(std::abs(all_reduce_ms(fabric, Knowledge::embedded(), true, 2, 1e8, End::likely) - 10.0) < 1e-9);
    fabric.in_host_latency_us = {5, 5, 5};
    CHECK(all_reduce_ms(fabric, Knowledge::embedded(), false, 2, 0, End::likely) == 0.005);
    CHECK(all_reduce_ms(fabric, Knowledge::embedded(), false, 8, 0, End::likely) > 0.005);
}

TEST_CASE("a GPU is found by the words of its name, the special before the general", "[speed]") {
    const auto memory = [](const char* name) {
        const knowledge::GpuFigures* row = Knowledge::embedded().find_gpu_figures(name);
        return row ? row->memory_gbytes_per_s : 0;
    };
    CHECK(memory("NVIDIA H100 80GB HBM3") == 3350);
    CHECK(memory("NVIDIA H100 PCIe") == 2039);
    CHECK(memory("NVIDIA H100 NVL") == 3938);
    CHECK(memory("NVIDIA H200") == 4800);
    CHECK(memory("NVIDIA A100-SXM4-40GB") == 1555);
    CHECK(memory("NVIDIA A100-SXM4-80GB") == 2039);
    CHECK(memory("NVIDIA A100 80GB PCIe") == 1935);
    CHECK(memory("Tesla T4") == 320);
    CHECK(memory("Tesla V100-SXM2-32GB") == 900);
    CHECK(memory("NVIDIA A10G") == 600);
    CHECK(memory("NVIDIA GeForce RTX 4090") == 1008);
    CHECK(memory("NVIDIA GB200") == 8000);
    CHECK(memory("NVIDIA H20-3e") == 4800);
    CHECK(memory("NVIDIA L4") == 300);
    CHECK(memory("Some other GPU") == 0);
    CHECK(memory("") == 0);
}

TEST_CASE("a GPU without a row is anything of its compute capability", "[speed]") {
    const EngineOptions options = options_of();
    const DeviceRates known = device_rates(gpu_called("NVIDIA H200", "9.0"), options, r1_shape());
    CHECK(known.is_known);
    CHECK(known.memory_gbytes_per_s == Interval{4800, 4800, 4800});
    CHECK(known.tflops.likely == 1979);
    CHECK(device_rates(gpu_called("NVIDIA H200", "9.0"), options, llama_8b_shape()).tflops.likely == 989);

    const DeviceRates hopper = device_rates(gpu_called("", "9.0"), options, llama_8b_shape());
    CHECK_FALSE(hopper.is_known);
    CHECK(hopper.memory_gbytes_per_s.low == 2039);
    CHECK(hopper.memory_gbytes_per_s.high == 4900);
    const DeviceRates any = device_rates(gpu_called("", ""), options, llama_8b_shape());
    CHECK(any.memory_gbytes_per_s.low == 300);
    CHECK(any.memory_gbytes_per_s.high == 8000);
}
