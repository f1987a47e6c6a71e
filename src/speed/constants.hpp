// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the speed model takes as given. Each is a band and not a number, because public measurements of the same thing
/// spread that far; docs/speed.md has the source of each. Factors of
/// releases rest on few of them.

#include "r1cluster/base/interval.hpp"

namespace r1cluster::detail {

/// Share of the memory's rate that a matrix times a few vectors reaches.
constexpr Interval weight_efficiency{0.75, 0.85, 0.93};
/// The same of grouped kernels over experts, each of which has a handful of tokens.
constexpr Interval expert_efficiency{0.45, 0.65, 0.80};
/// The same of attention over a paged cache.
constexpr Interval cache_efficiency{0.35, 0.60, 0.85};
/// Share of the arithmetic rate in a decode step, in prefill, and in prefill of experts.
constexpr Interval decode_arithmetic{0.35, 0.50, 0.70};
constexpr Interval prefill_arithmetic{0.40, 0.55, 0.70};
constexpr Interval prefill_expert_arithmetic{0.12, 0.25, 0.40};

/// Start, ramp and drain of one kernel inside a CUDA graph, beyond its bytes and its arithmetic.
constexpr Interval kernel_us{1.8, 2.7, 3.8};
/// One operator that Python launches, where there is no graph: 110 ms for 2,211 of R1 (vLLM 0.8.2 on H20), 27.6 and
/// 16.6 ms for 468 and 367 of smaller models (0.25.1 on H200), 22.3 for 323 (on H100). It is the speed of a CPU core;
/// how the GPU does its part in kernels does not count.
constexpr Interval eager_kernel_us{25, 55, 90};
/// A prompt's step against one of decoding: without graphs more is prepared for it (1.4 to 1.75 times as much in three
/// of those runs); with them only attention, between their pieces, is launched so.
constexpr double eager_prefill_share = 1.5;
constexpr double prefill_share_outside_graphs = 0.15;

/// Kernels of a layer beside its all-reduces, by what the layer is made of (vllm/model_executor/models/llama.py and
/// deepseek_v2.py with their fusions): norm, QKV, rotary, write of the cache, attention and its combine, output ...
constexpr int attention_kernels = 7;
/// ... norm, gate and up, activation, down ...
constexpr int mlp_kernels = 4;
/// ... norm, QKV down, two norms, Q up, rotary, two absorbed products, two copies, cache, attention, combine, output
/// ...
constexpr int latent_attention_kernels = 14;
/// ... norm, router, choice, alignment (2), two grouped products, activation, sum, shared experts (3), two adds, casts.
constexpr int expert_kernels = 15;
/// Activations are quantised before each product: of attention or a dense MLP, and of experts with shared ones.
constexpr int quantised_attention_kernels = 2;
constexpr int quantised_latent_kernels = 3;
constexpr int quantised_mlp_kernels = 2;
constexpr int quantised_expert_kernels = 4;
/// Final norm, head and the parts of the sampler.
constexpr int head_kernels = 15;

/// Beside the layers: inputs, sampling and copies of tokens, for a step and for each request in it.
constexpr Interval sampling_ms{0.10, 0.25, 0.60};
constexpr Interval sampling_of_request_ms{0.002, 0.006, 0.015};

/// HTTP, tokens of the prompt, handing over between the engine's processes, the first word back.
constexpr Interval request_ms{6, 12, 25};
/// Taking in one more request that arrives at the same time.
constexpr Interval admission_ms{0.1, 0.3, 1.0};

/// Share of drafted tokens that are accepted (DeepSeek-V3 report, 5.4.3: 85 to 90 % for the first one; others less).
constexpr Interval draft_acceptance{0.5, 0.75, 0.9};

}  // namespace r1cluster::detail
