// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/memory/memory.hpp"

#include <algorithm>
#include <cmath>

#include "memory/memory_cases.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

constexpr std::int64_t mib = 1 << 20;

const MemoryTerm& term(const RankMemory& rank, const std::string& name) {
    const auto found = std::find_if(rank.terms.begin(), rank.terms.end(),
                                    [&](const MemoryTerm& candidate) { return candidate.name == name; });
    if (found == rank.terms.end()) throw std::runtime_error("no term \"" + name + "\"");
    return *found;
}

bool has_term(const RankMemory& rank, const std::string& name) {
    return std::any_of(rank.terms.begin(), rank.terms.end(),
                       [&](const MemoryTerm& candidate) { return candidate.name == name; });
}

bool holds(const WholeInterval& interval, std::int64_t value) {
    return interval.low <= value && value <= interval.high;
}

bool near(double value, double expected, double margin) { return std::abs(value - expected) <= margin; }

double in_gib(std::int64_t bytes) { return static_cast<double>(bytes) / static_cast<double>(gib); }

}  // namespace

TEST_CASE("the total that CUDA counts from is NVML's less the driver's reserve", "[memory][memory]") {
    const RankMemory rank = llama_8b_on_h200(1).forecast().ranks.front();
    // 143,771 - 616 MiB = 139.80 GiB, as vLLM 0.25.1 logs it; 0.9 of it is 125.82
    const MemoryTerm& reserve = term(rank, "driver's reserve");
    CHECK(reserve.bytes.low == reserve.bytes.high);
    CHECK(near(in_gib(static_cast<std::int64_t>(rank.budget_bytes) - reserve.bytes.likely), 125.82, 0.005));
}

TEST_CASE("weights of 8B are the checkpoint's bytes, and the rotary cache is besides", "[memory][memory]") {
    const RankMemory rank = llama_8b_on_h200(1).forecast().ranks.front();
    CHECK(term(rank, "weights").bytes == WholeInterval{16'060'522'496, 16'060'522'496, 16'060'522'496});
    CHECK(term(rank, "rotary cache").bytes.likely == 131072 * 128 * 2);
    CHECK_FALSE(has_term(rank, "vocabulary padding"));  // 128256 = 64 * 2004
}

TEST_CASE("the sampler's warm-up of the second runner is the logits in 16 and in 32 bits", "[memory][memory]") {
    const MemoryTerm peak = term(llama_8b_on_h200(2).forecast().ranks.front(), "sampler");
    const std::int64_t logits = std::int64_t{1024} * 128256 * 6;
    const std::int64_t states = std::int64_t{8192} * 4096 * 2 + 2 * 1024 * 4096 * 2;
    CHECK(peak.bytes.likely == logits + states + 32 * mib);
    CHECK(near(in_gib(peak.bytes.likely), 0.84, 0.01));  // as logged
}

TEST_CASE("a whole MLP of 8B takes more than the sampler", "[memory][memory]") {
    const MemoryTerm peak = term(llama_8b_on_h200(1).forecast().ranks.front(), "activations");
    // gate, up and product; five states; q, k and v of 32 + 2 * 8 heads; of 8192 tokens in 16 bits
    CHECK(peak.bytes.likely == std::int64_t{8192} * 2 * (3 * 14336 + 5 * 4096 + 48 * 128) + 32 * mib);
    CHECK(holds(peak.bytes, static_cast<std::int64_t>(1.10 * static_cast<double>(gib))));
}

TEST_CASE("what was measured of 8B on H200 is in the forecast", "[memory][memory]") {
    const MemoryForecast alone = llama_8b_on_h200(1).forecast();
    CHECK(holds(alone.kv_tokens, 896'912));
    CHECK(near(static_cast<double>(alone.kv_tokens.likely), 896'912, 896'912 / 100));
    const MemoryForecast pair = llama_8b_on_h200(2).forecast();
    CHECK(holds(pair.kv_tokens, 1'915'376));
    CHECK(near(static_cast<double>(pair.kv_tokens.likely), 1'915'376, 1'915'376 / 100));
    CHECK(holds(term(alone.ranks[0], "CUDA graphs").bytes, static_cast<std::int64_t>(0.98 * gib)));
    CHECK(holds(term(pair.ranks[0], "CUDA graphs").bytes, static_cast<std::int64_t>(0.72 * gib)));
    CHECK_FALSE(term(alone.ranks[0], "CUDA graphs").is_in_budget);
}

TEST_CASE("0.7.1 holds absorbed matrices of 79.0 MiB for each layer of R1 at TP 8", "[memory][memory]") {
    const MemoryForecast forecast = r1_on_h100({30, 31}).forecast();
    CHECK(term(forecast.ranks[0], "absorbed matrices").bytes.likely == 30 * 79 * mib);
    CHECK(term(forecast.ranks[8], "absorbed matrices").bytes.likely == 31 * 79 * mib);
}

TEST_CASE("weights of R1 in 0.7.1 with copies and two heads", "[memory][memory]") {
    const auto held = [](const RankMemory& rank) {
        return in_gib(term(rank, "weights").bytes.likely + term(rank, "absorbed matrices").bytes.likely);
    };
    const MemoryForecast forecast = r1_on_h100({30, 31}).forecast();
    CHECK(near(held(forecast.ranks[0]), 39.59, 0.01));
    CHECK(near(held(forecast.ranks[8]), 44.63, 0.01));
    const MemoryForecast better = r1_on_h100({31, 30}).forecast();
    CHECK(near(held(better.ranks[0]), 41.02, 0.01));
    CHECK(near(held(better.ranks[8]), 43.20, 0.01));
}

TEST_CASE("R1's expert buffers of 0.7 follow from tokens, experts and widths", "[memory][memory]") {
    const MemoryTerm peak = term(r1_on_h100({31, 30}).forecast().ranks[0], "activations");
    const std::int64_t routed = std::int64_t{32768} * 8, width = 2048 / 8;
    const std::int64_t buffers = routed * (2 * width + width + 7168) * 2;
    const std::int64_t states = std::int64_t{32768} * (4 * 7168 * 2 + 7168 + 7168 / 32);
    CHECK(peak.bytes.likely == buffers + states + 32 * mib);
    CHECK(near(in_gib(buffers + states), 5.85, 0.01));
}

TEST_CASE("the first runbook: tokens of three partitions, and the better one has about a tenth more",
          "[memory][memory]") {
    const MemoryForecast usual = r1_on_h100({30, 31}).forecast();
    const MemoryForecast better = r1_on_h100({31, 30}).forecast();
    const MemoryForecast third = r1_on_h100({32, 29}).forecast();
    for (const std::int64_t tokens : {587'000, 666'000}) CHECK(holds(usual.kv_tokens, tokens));
    for (const std::int64_t tokens : {651'000, 733'000}) CHECK(holds(better.kv_tokens, tokens));
    for (const std::int64_t tokens : {632'000, 709'000}) CHECK(holds(third.kv_tokens, tokens));
    CHECK(
        near(static_cast<double>(better.kv_tokens.likely) / static_cast<double>(usual.kv_tokens.likely), 1.10, 0.015));
    CHECK(usual.limiting_rank >= 8);
    CHECK(usual.longest_request_tokens.likely == 32768);
}

TEST_CASE("0.7.1 says nothing when latent attention turns chunked prefill off, so we do", "[memory][memory]") {
    const MemoryForecast forecast = r1_on_h100({31, 30}).forecast();
    CHECK(std::count(forecast.warnings.begin(), forecast.warnings.end(),
                     "vLLM 0.7.1 turns chunked prefill and prefix caching off for latent attention without an error: "
                     "these flags do nothing") == 1);
}

TEST_CASE("the second runbook: a request has a quarter of the cache, and the engine does not say so",
          "[memory][memory]") {
    const Case t4 = llama_70b_on_t4();
    const MemoryForecast forecast = t4.forecast();
    CHECK(near(in_gib(term(forecast.ranks[0], "weights").bytes.likely), 8.46, 0.005));
    CHECK(near(in_gib(term(forecast.ranks[4], "weights").bytes.likely), 7.97, 0.005));
    // With 1 GiB for everything else, the first stage has room for 190k tokens; the last one has the sampler besides,
    // 256 sequences x 128,256 logits x 38 bytes = 1.16 GiB.
    CHECK(holds(forecast.ranks[0].kv_tokens, 190'000));
    CHECK(holds(term(forecast.ranks[12], "sampler").bytes, std::int64_t{256} * 128256 * 38));
    CHECK(forecast.limiting_rank == 12);
    CHECK(forecast.kv_tokens.likely > 131'072);
    CHECK(forecast.longest_request_tokens.likely < 48'000);
    // Blocks of 16, divided by 4 stages.
    CHECK(forecast.longest_request_tokens.likely == forecast.kv_tokens.likely / 16 / 4 * 16);
    REQUIRE_FALSE(forecast.warnings.empty());
    CHECK(forecast.warnings.front().find("max_model_len 131,072 does not fit in one request, and the engine does not "
                                         "say so: it starts because ") == 0);
}

TEST_CASE("a layout without GPUs has no forecast", "[memory][memory]") {
    Case eight = llama_8b_on_h200(1);
    eight.layout.ranks[0].gpu = std::nullopt;
    CHECK(message_of([&] { eight.forecast(); }) ==
          "forecasting the memory of a layout: rank 0 has no GPU; a CPU's memory is the host's");
    eight.layout.ranks.clear();
    CHECK(message_of([&] { eight.forecast(); }) ==
          "forecasting the memory of a layout: it has no ranks; plan_layouts() fills them in");
}

TEST_CASE("a rank on a GPU that nobody has is named", "[memory][memory]") {
    Case eight = llama_8b_on_h200(1);
    eight.layout.ranks[0].gpu = 7;
    CHECK(
        message_of([&] { eight.forecast(); }) ==
        "forecasting the memory of a layout: rank 0 is on GPU 7 of \"a\", which the spec and the cluster do not have");
}
