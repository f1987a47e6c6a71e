// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/shard/shard_plan.hpp"

namespace r1cluster {

/// A parameter as the engine makes it on one rank: its part of the model, with fused matrices, padding and
/// the dtype that it will have in memory.
struct EngineParameter {
    std::string name;   ///< the engine's: "model.layers.0.self_attn.qkv_proj.weight"
    std::string dtype;  ///< torch's: "bfloat16"
    std::vector<std::uint64_t> shape;
    std::uint64_t bytes = 0;
    bool operator==(const EngineParameter&) const = default;
};

struct EngineRank {
    int rank = 0;  ///< global; rank = pipeline_rank * tensor_parallel + tensor_rank
    int tensor_rank = 0;
    int pipeline_rank = 0;
    std::string host;
    std::vector<EngineParameter> parameters;
    std::uint64_t parameter_bytes = 0;  ///< of weights in memory, before the engine repacks any for its kernels
    std::uint64_t buffer_bytes = 0;     ///< beside them: rotary tables and the like
    std::vector<Slice> slices;          ///< of the checkpoint that its loaders read, ordered by file, then offset
    std::uint64_t read_bytes = 0;       ///< in at least one of them
    bool operator==(const EngineRank&) const = default;
};

/// What an installed engine says of itself about one layout: which bytes each rank reads, and what it makes
/// of them. The answer of its own model classes and loaders, without a GPU and without weights, so it holds
/// for architectures of which we have no rules.
struct EnginePlan {
    std::string engine_version;   ///< "0.32.0"
    std::string key_list_sha256;  ///< of "rank name dtype 2x3\n" for all parameters: another engine, another hash
    std::string refusal;          ///< why it does not make or load such a model, in its words; empty: it does
    std::vector<int> layers_per_stage;
    std::vector<std::string> files;     ///< names of the checkpoint's files, in its order
    std::vector<EngineRank> ranks;      ///< ordered by rank
    std::vector<HostShards> hosts;      ///< what the ranks of each host read, all together
    std::vector<std::string> oddities;  ///< "rank 0 calculates with \"a.weight\" (add_)": its bytes are no mere copy
    bool operator==(const EnginePlan&) const = default;
};

/// Reads what the program that asks the engine has printed about one question (host/engine.hpp). Strict: an
/// answer that is cut off, of other tensors, of other ranks, or of bytes outside of a tensor is an Error
/// (invalid_input) that leads with `source:line:`.
EnginePlan parse_engine_plan(std::string_view answer, const Layout& layout, const Checkpoint& checkpoint,
                             std::string_view source = "engine");

/// One line for each tensor of a rank whose bytes are not the same in both; empty: they are equal.
std::vector<std::string> compare(const ShardPlan& ours, const EnginePlan& engine, const Checkpoint& checkpoint);

/// Ranks on the spec's hosts in their order, equally many on each, and nothing else: what the engine is asked
/// about where there are no rules to plan with. Throws Error (invalid_input) where they cannot be shared
/// equally.
Layout unweighed_layout(const DeploymentSpec& spec, int tensor_parallel, int pipeline_parallel);

/// The layout with the version of the engine that answered, and layers and bytes of each rank as it says.
Layout weighed(Layout layout, const EnginePlan& engine);

/// For a terminal: ranks with what they read and hold, and the bytes that each host needs.
std::string show(const EnginePlan& engine);

}  // namespace r1cluster
