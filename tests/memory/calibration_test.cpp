// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_cases.hpp"
#include "support/catch.hpp"
#include "support/shared_data.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

std::optional<std::uint64_t> gib_of(double count) {
    return static_cast<std::uint64_t>(std::llround(count * static_cast<double>(gib)));
}

}  // namespace

TEST_CASE("0.6.4 accounts for the peak with the weights in it", "[memory][calibration]") {
    const Calibration read = parse_calibration(
        "INFO 11-20 10:00:00 model_runner.py:1077] Loading model weights took 14.9595 GB\n"
        "INFO 11-20 10:00:05 worker.py:232] Memory profiling results: total_gpu_memory=79.11GiB "
        "initial_memory_usage=15.42GiB peak_torch_memory=16.21GiB memory_usage_post_profile=15.46GiB "
        "non_torch_memory=0.48GiB kv_cache_size=54.51GiB gpu_memory_utilization=0.90\n"
        "INFO 11-20 10:00:06 gpu_executor.py:113] # GPU blocks: 27908, # CPU blocks: 2048\n"
        "INFO 11-20 10:00:20 model_runner.py:1518] Graph capturing finished in 14 secs, took 0.24 GiB\n",
        "worker.log");
    CHECK(read.source == "worker.log");
    CHECK(read.kv_tokens == 27908 * 16);
    REQUIRE(read.ranks.size() == 1);
    CHECK(read.ranks[0] == RankCalibration{0, gib_of(14.9595), gib_of(0.48), *gib_of(16.21) - *gib_of(14.9595),
                                           gib_of(0.24), gib_of(54.51)});
}

TEST_CASE("0.7 accounts for itself in three lines, of which one has the numbers", "[memory][calibration]") {
    const Calibration read = parse_calibration(
        "INFO 02-10 worker.py:266] Memory profiling takes 5.01 seconds\n"
        "INFO 02-10 worker.py:266] the current vLLM instance can use total_gpu_memory (79.10GiB) x "
        "gpu_memory_utilization (0.90) = 71.19GiB\n"
        "INFO 02-10 worker.py:266] model weights take 14.96GiB; non_torch_memory takes 1.79GiB; PyTorch activation "
        "peak memory takes 1.26GiB; the rest of the memory reserved for KV Cache is 53.19GiB.\n",
        "log");
    REQUIRE(read.ranks.size() == 1);
    CHECK(read.ranks[0] == RankCalibration{0, gib_of(14.96), gib_of(1.79), gib_of(1.26), std::nullopt, gib_of(53.19)});
    CHECK(read.kv_tokens == std::nullopt);
}

TEST_CASE("a rank is known by the name of its process", "[memory][calibration]") {
    const Calibration read = parse_calibration(
        "(EngineCore_0 pid=1) INFO core.py] config: tensor_parallel_size=2, pipeline_parallel_size=2, \n"
        "(Worker_PP0_TP1 pid=3) INFO gpu_worker.py] Available KV cache memory: 40.10 GiB\n"
        "(Worker_PP1_TP0 pid=4) INFO gpu_worker.py] Available KV cache memory: 39.10 GiB\n"
        "(VllmWorker rank=0 pid=2) INFO gpu_worker.py] Available KV cache memory: 41.10 GiB\n"
        "(RayWorkerWrapper pid=9, ip=10.0.0.2) INFO [parallel_state.py:1076] rank 3 in world size 4 is assigned as DP "
        "rank 0, PP rank 1, TP rank 1\n"
        "(RayWorkerWrapper pid=9, ip=10.0.0.2) INFO gpu_worker.py] Available KV cache memory: 38.10 GiB\n",
        "log");
    REQUIRE(read.ranks.size() == 4);
    for (int rank = 0; rank < 4; ++rank) CHECK(read.ranks[static_cast<std::size_t>(rank)].rank == rank);
    CHECK(read.ranks[0].kv_cache_bytes == gib_of(41.10));
    CHECK(read.ranks[1].kv_cache_bytes == gib_of(40.10));
    CHECK(read.ranks[2].kv_cache_bytes == gib_of(39.10));
    CHECK(read.ranks[3].kv_cache_bytes == gib_of(38.10));
}

TEST_CASE("a worker of Ray that does not say its rank is left out", "[memory][calibration]") {
    CHECK(parse_calibration("(RayWorkerWrapper pid=9) INFO worker.py] model weights take 37.06GiB; x\n", "log")
              .ranks.empty());
}

TEST_CASE("of what each rank has room for, the least counts, and data-parallel parts add up", "[memory][calibration]") {
    CHECK(parse_calibration("INFO] GPU KV cache size: 106,752 tokens\nINFO] GPU KV cache size: 106,640 tokens\n", "")
              .kv_tokens == 106'640);
    CHECK(parse_calibration("(EngineCore_DP0 pid=1) INFO] GPU KV cache size: 1,000 tokens\n"
                            "(EngineCore_DP1 pid=2) INFO] GPU KV cache size: 2,000 tokens\n",
                            "")
              .kv_tokens == 3'000);
}

TEST_CASE("SGLang's lines", "[memory][calibration]") {
    const Calibration read = parse_calibration(
        "[2025-08-01 10:00:00] server_args=ServerArgs(model_path='r1', tp_size=8, dp_size=1)\n"
        "[2025-08-01 10:01:00 TP3] Load weight end. type=DeepseekV3ForCausalLM, dtype=torch.bfloat16, avail "
        "mem=55.10 GB, mem usage=79.41 GB.\n"
        "[2025-08-01 10:01:10 TP3] Capture cuda graph end. Time elapsed: 9.00 s. mem usage=0.60 GB. avail mem=9.0 GB.\n"
        "[2025-08-01 10:01:20 TP3] max_total_num_tokens=1069242, chunked_prefill_size=8192\n",
        "log");
    REQUIRE(read.ranks.size() == 1);
    CHECK(read.ranks[0].rank == 3);
    CHECK(read.ranks[0].weights_bytes == gib_of(79.41));
    CHECK(read.ranks[0].graph_bytes == gib_of(0.60));
    CHECK(read.kv_tokens == 1'069'242);
}

TEST_CASE("lines that look alike and numbers that are none are passed over", "[memory][calibration]") {
    for (const char* log : {"", "\n\n", "no such line", "Available KV cache memory: -1.20 GiB", "# GPU blocks: none",
                            "model weights take", "GPU KV cache size: 99999999999999999999999999 tokens",
                            "(Worker_TP99999999 pid=1) Available KV cache memory: 1 GiB",
                            "(Worker_TP0 Available KV cache memory", "[2", "[2025-08-01 10:01:20 TP", "("}) {
        const Calibration read = parse_calibration(log, "log");
        CHECK(read.ranks.empty());
        CHECK(read.kv_tokens == std::nullopt);
    }
}

TEST_CASE("the recorded log of 8B on one H200", "[memory][calibration]") {
    const std::string log = shared_text("recordings/h200-2gpu-vm/vllm-0.25.1/8b-tp1.log");
    const Calibration read = parse_calibration(log, "8b-tp1.log");
    REQUIRE(read.ranks.size() == 1);
    CHECK(read.ranks[0] == RankCalibration{0, gib_of(15.0), gib_of(0.22), gib_of(1.1), gib_of(0.98), gib_of(109.49)});
    CHECK(read.kv_tokens == 896'912);

    const MemoryForecast forecast = llama_8b_on_h200(1).forecast(read);
    CHECK(forecast.kv_tokens == WholeInterval{896'912, 896'912, 896'912});
    CHECK(forecast.ranks[0].kv_tokens.low <= 896'912);
    CHECK(forecast.ranks[0].kv_tokens.high >= 896'912);
}

TEST_CASE("the recorded log of 8B on two H200", "[memory][calibration]") {
    const std::string log = shared_text("recordings/h200-2gpu-vm/vllm-0.25.1/8b-tp2.log");
    const Calibration read = parse_calibration(log, "8b-tp2.log");
    REQUIRE(read.ranks.size() == 2);
    for (const RankCalibration& rank : read.ranks) {
        CHECK(rank.weights_bytes == gib_of(7.54));
        CHECK(rank.non_torch_bytes == gib_of(0.54));
        CHECK(rank.activation_bytes == gib_of(0.84));
        CHECK(rank.graph_bytes == gib_of(0.72));
    }
    CHECK(read.kv_tokens == 1'915'376);
}

TEST_CASE("measured terms narrow the forecast to a percent of them", "[memory][calibration]") {
    Calibration terms;
    terms.ranks = {{0, gib_of(15.0), gib_of(0.22), gib_of(1.1), gib_of(0.98), std::nullopt}};
    const MemoryForecast forecast = llama_8b_on_h200(1).forecast(terms);
    // 1 % of 16.32 GiB is 1,337 tokens of 131,072 bytes, rounded to blocks of 16
    CHECK(forecast.kv_tokens.high - forecast.kv_tokens.low <= 2 * (1'337 + 16));
    CHECK(forecast.kv_tokens.low <= 896'912);
    CHECK(forecast.kv_tokens.high >= 896'912);
}
