// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an engine process takes beside weights and key/value cache. Estimates, each with its source.

#include <cstdint>

#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster::detail {

/// CUDA context and NCCL buffers on a GPU. Measured by others: 0.13 GiB alone, 0.55 with two ranks, 2.3 to
/// 2.6 (16 GPUs) and 4.7 to 7.2 (8 H100) in wide groups; so the widest case is only good to 2.5 GiB.
std::uint64_t non_torch_bytes(int world_size);
constexpr double non_torch_band_gib = 2.5;

/// Peak of activations while the engine profiles itself: the largest batch through one layer, or, on the
/// last stage, the sampler's warm-up (vllm-project/vllm: ~9.7 copies of max_num_seqs x vocabulary floats).
std::uint64_t activation_bytes(const ModelConfig& config, int tensor_parallel, bool is_last_stage,
                               std::uint64_t gpu_memory_bytes);

/// One worker process of vLLM on a CPU without weights and cache (measured: 1.9 to 2.2 GB), and API server
/// and engine core on the head (1.1 GB each).
constexpr std::uint64_t cpu_worker_bytes = 2'200'000'000;
constexpr std::uint64_t cpu_server_bytes = 2'200'000'000;

}  // namespace r1cluster::detail
