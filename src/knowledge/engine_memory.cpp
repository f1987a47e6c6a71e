// SPDX-License-Identifier: Apache-2.0
#include "knowledge/engine_memory.hpp"

namespace r1cluster::knowledge {
namespace {

using enum Accounting;
using enum ExpertBuffers;
using enum LatentCopies;

constexpr std::int64_t k = 1024;

// Per engine and runner from old to new. A release in `since` that is not named in `source` is the first of its
// series; the source names what was read.
constexpr EngineMemory rows[] = {
    // vLLM's first engine
    {"vllm", Runner::v0, "0.0.0", device_in_use, 38, three, 32 * k, unknown_attention, 1, 0, false, 512, 0.9,
     "read in 0.6.4.post1: worker/worker.py, config.py, models/deepseek_v2.py"},
    {"vllm", Runner::v0, "0.6.5", since_before_nccl, 38, three, 32 * k, unknown_attention, 1, 0, false, 2048, 0.9,
     "vllm-project/vllm#10511: memory_profiling() from a snapshot before init_distributed_environment"},
    {"vllm", Runner::v0, "0.7.1", since_before_nccl, 38, three, 32 * k, absorbed, 1, 0, false, 2048, 0.9,
     "read in 0.7.1: worker/worker.py, attention/backends/mla/utils.py"},
    {"vllm", Runner::v0, "0.7.2", since_before_nccl, 38, three, 32 * k, absorbed, 128, 0, false, 2048, 0.9,
     "VLLM_CUDA_MEM_ALIGN_KV_CACHE pads 576 elements to 640 (on by default until V0's cache lost it)"},
    {"vllm", Runner::v0, "0.8.0", since_before_nccl, 38, shared, 32 * k, split, 1, 64 * k, false, 2048, 0.9,
     "read in 0.8.5 and 0.9.2: worker/worker.py, worker/cache_engine.py"},
    // vLLM's second engine
    {"vllm", Runner::v1, "0.0.0", device_in_use, 38, shared, 32 * k, split, 1, 128 * k, false, 8192, 0.9,
     "read in 0.8.5: v1/worker/gpu_worker.py, v1/attention/backends/mla/common.py"},
    {"vllm", Runner::v1, "0.9.0", since_before_nccl, 38, shared, 32 * k, split, 1, 128 * k, false, 8192, 0.9,
     "read in 0.9.2: v1/worker/gpu_worker.py takes its snapshot before init_worker_distributed_environment"},
    {"vllm", Runner::v1, "0.11.0", since_after_nccl, 38, shared, 32 * k, split, 1, 64 * k, false, 8192, 0.9,
     "read in 0.11.0: v1/worker/gpu_worker.py takes its snapshot after init_worker_distributed_environment"},
    {"vllm", Runner::v1, "0.15.0", since_after_nccl, 38, workspaces, 16 * k, split, 1, 64 * k, false, 8192, 0.9,
     "read in 0.15.0: fused_moe/modular_kernel.py, envs.py"},
    {"vllm", Runner::v1, "0.18.0", since_after_nccl, 14, workspaces, 0, split, 1, 64 * k, false, 8192, 0.9,
     "read in 0.18.0: v1/sample/ops/topk_topp_triton.py needs no sort; no chunks of experts"},
    {"vllm", Runner::v1, "0.21.0", since_after_nccl, 14, workspaces, 0, split, 1, 64 * k, true, 8192, 0.92,
     "read in 0.21.0 and 0.25.1: VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS is on (vllm-project/vllm#30515)"},
    // and its second runner: the default of dense models in 0.25, of all in 0.32
    {"vllm", Runner::v2, "0.0.0", since_after_nccl, 6, workspaces, 0, split, 1, 64 * k, false, 8192, 0.92,
     "read in 0.25.1: v1/worker/gpu/model_runner.py, whose profile_cudagraph_memory() says 0"},
    {"vllm", Runner::v2, "0.32.0", since_after_nccl, 6, workspaces, 0, split, 1, 64 * k, true, 8192, 0.92,
     "read in 0.32.0: v1/worker/gpu_worker.py, v1/worker/gpu/model_runner.py"},
    // SGLang
    {"sglang", Runner::sglang, "0.0.0", free_after_load, 14, shared, 32 * k, split, 1, 0, false, 8192, 0.88,
     "srt/model_executor/model_runner.py: max_total_num_tokens from the memory that is free after loading"},
};

}  // namespace

const EngineMemory* find_engine_memory(std::string_view engine, Runner runner, const std::optional<Version>& version) {
    const EngineMemory* found = nullptr;
    for (const EngineMemory& row : rows) {
        if (row.engine != engine || row.runner != runner) continue;
        if (!found || !version || *version >= Version::parse(row.since)) found = &row;
    }
    return found;
}

}  // namespace r1cluster::knowledge
