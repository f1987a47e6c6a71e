// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a step has to move and compute, counted from the model's shape. No rates and no times.

#include <cstdint>
#include <vector>

#include "speed/model.hpp"

namespace r1cluster::detail {

/// Different experts of a layer that a batch reaches when each token chooses `per_token` of `routed` at random:
/// E * (1 - (1 - k/E)^B). R1: 8 for one token, 102 for 16, 164 for 32, 223 for 64.
double expected_experts(const Experts& experts, double batch);

/// Bytes of one token between two stages: hidden state and residual, in the two bytes of the compute dtype.
/// R1: 2 * 7168 * 2 = 28,672.
double hop_bytes_per_token(const ModelConfig& config);

/// Of one token: after the attention and after the MLP of each layer, and after the embedding. R1: 2 * 61 + 1 = 123.
int all_reduces(const ModelConfig& config, int tensor_parallel);

/// What one rank of a stage holds and does, apart from how many tokens there are. Bytes as in the checkpoint.
struct StageWork {
    std::int64_t dense_layers = 0;
    std::int64_t expert_layers = 0;
    double bytes_per_element = 2;   ///< of weights that are quantised, if any are
    double layer_bytes = 0;         ///< of all layers, that each step reads whatever the batch: without routed experts
    double expert_bytes = 0;        ///< of one routed expert of one layer: the part of this rank, or all with EP
    double head_bytes = 0;          ///< final head, on the last stage
    double elements = 0;            ///< that one token is multiplied with on this rank, without routed experts
    double expert_elements = 0;     ///< of the routed experts that one token has, in all layers, divided over ranks
    double kv_bytes_per_token = 0;  ///< of one token of context
    double attention_flops = 0;     ///< of one new token for each token of context
    double prefill_attention_flops = 0;  ///< the same in prefill, where the cache is not read compressed
    int tuned_kernels = 0;               ///< in all layers together, that every release runs alike
    int untuned_kernels = 0;             ///< of latent attention, experts and block scales

    std::int64_t layers() const { return dense_layers + expert_layers; }
};

std::vector<StageWork> stage_works(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                                   const std::vector<StagePlacement>& stages);

/// Ranks among which the experts of a layer are spread, whole or in parts.
int expert_ranks(const LayoutSizes& sizes);

}  // namespace r1cluster::detail
