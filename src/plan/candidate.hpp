// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/options.hpp"
#include "layout/layout_sizes.hpp"
#include "plan/partition.hpp"
#include "shard/weight_bytes.hpp"
#include "speed/model.hpp"

namespace r1cluster::detail {

/// What is the same for every candidate.
struct SearchInput {
    const DeploymentSpec& spec;
    const ModelConfig& config;
    const Devices& devices;
    const EngineOptions& options;
    const WeightTable& weights;
    Fabric fabric;
};

/// One way to divide the model, its stages in closed form: a run of layers is weighed without looking at a rank or a
/// tensor, and no text is made.
class Candidate {
public:
    Candidate(const SearchInput& input, const WeightBytes& weights, LayoutSizes sizes);

    const LayoutSizes& sizes() const { return sizes_; }
    int ranks_per_host() const { return ranks_per_host_; }
    bool spans_hosts() const { return ranks_per_host_ % sizes_.tensor_parallel != 0; }

    /// Of the stage's fullest rank. What a GPU has left beside weights and the engine's own, likely; negative where
    /// these do not fit.
    std::int64_t free_bytes(int stage, std::int64_t first_layer, std::int64_t layer_count) const;
    /// Tokens of cache; negative where it does not fit.
    std::int64_t tokens(int stage, std::int64_t first_layer, std::int64_t layer_count) const;
    std::uint64_t weight_bytes(int stage, std::int64_t first_layer, std::int64_t layer_count) const;
    std::uint64_t cache_bytes_per_token(std::int64_t layer_count) const;
    /// That the engine hands out at a time.
    std::int64_t block_tokens() const;
    /// V0 gives each pipeline stage in flight its own part of the blocks ("virtual engines").
    bool has_divided_cache() const;

    std::int64_t stage_tokens(const std::vector<int>& partition) const;
    /// Prompt and answer of one request, of the `tokens` that fit.
    std::int64_t longest_request(std::int64_t tokens) const;
    SpeedPoint speed(const std::vector<int>& partition, const Workload& workload) const;

    /// The first rank of a tensor-parallel group with unlike GPUs; negative: there is none.
    int first_mixed_rank() const { return first_mixed_rank_; }

private:
    /// What the engine takes beside weights and cache: `fixed` and so much for each layer.
    struct Beside {
        double fixed = 0;
        double per_layer = 0;
    };
    struct Stage {
        const Device* device = nullptr;  ///< with least memory, among the stage's ranks
        bool is_first = false;
        bool is_last = false;
        double budget = 0;
        Beside beside;
    };

    void find_devices();
    Beside beside_of(const Stage& stage) const;
    StageLoad load_of(int stage, std::int64_t first_layer, std::int64_t layer_count) const;

    const SearchInput& input_;
    const WeightBytes& weights_;
    LayoutSizes sizes_;
    int ranks_per_host_;
    std::vector<Stage> stages_;
    int first_mixed_rank_ = -1;
};

}  // namespace r1cluster::detail
