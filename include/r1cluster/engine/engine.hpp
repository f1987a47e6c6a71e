// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "r1cluster/base/version.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/model/checkpoint.hpp"
#include "r1cluster/model/slicing.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

/// The engine that a deployment runs, with every option that a forecast or a command depends on. choose_engine() makes
/// it once; Plan and Layout carry it, and everything that takes a Layout uses this value.
struct Engine {
    std::string name;                                  ///< in a spec; empty: not chosen yet
    std::optional<Version> version;                    ///< unset: unknown, the newest known release is assumed
    knowledge::Runner runner = knowledge::Runner::v1;  ///< part of the engine that runs the model
    std::string dtype;                                 ///< of activations: "bfloat16", "float16"
    bool is_dtype_lowered = false;  ///< a GPU cannot compute in the model's dtype, so the command must give `dtype`
    std::string kv_cache_dtype;     ///< as dtype, or "fp8"
    double gpu_memory_utilization = 0.9;          ///< fraction of each GPU's memory that the engine allows itself
    std::optional<std::uint64_t> kv_cache_bytes;  ///< per rank; unset: what remains beside weights and buffers
    std::int64_t max_model_len = 0;               ///< prompt and answer of one request, in tokens
    std::int64_t max_batched_tokens = 0;          ///< of one step
    std::int64_t max_sequences = 0;               ///< of one step
    std::int64_t block_size = 16;                 ///< tokens per block of the KV cache
    std::int64_t swap_space_bytes = 0;            ///< of host memory per rank
    int speculative_tokens = 0;                   ///< drafted per step by the model's own next-token layers
    ExpertPlacement expert_placement = ExpertPlacement::linear;  ///< which experts each rank has
    bool has_latent_cache = false;      ///< one cache row for all heads (MLA), not divided by tensor parallelism
    bool is_custom_all_reduce = true;   ///< the engine's own all-reduce inside a host
    bool are_graphs_in_budget = false;  ///< an estimate of CUDA graphs is taken off the memory budget
    bool is_eager = false;              ///< no compilation and no CUDA graphs
    bool has_dummy_weights = false;     ///< random weights in place of the checkpoint's (--load-format dummy)
    std::vector<std::string> because;   ///< for each value that differs from what the spec leads to expect

    /// What of this engine decides which bytes of a checkpoint its ranks read.
    Loading loading() const;
    bool operator==(const Engine&) const = default;
};

/// The engine of the spec: its keys and engine.extra_arguments, else the defaults of its version on these GPUs. The
/// version is the one that the spec demands, else the one of the first host that has the engine installed.
Engine choose_engine(const DeploymentSpec& spec, const Cluster& cluster, const ModelConfig& config,
                     const Knowledge& knowledge = Knowledge::embedded());

/// Layers of each stage by the engine's own rule: a remainder goes to the stages before the last, to the last ones, or,
/// in old releases, to the last one. Without a name: the engine that a spec gets by default. Throws Error
/// (invalid_input) for more stages than layers.
std::vector<int> default_partition(std::int64_t layers, int pipeline_parallel, const Engine& engine = {});

}  // namespace r1cluster
