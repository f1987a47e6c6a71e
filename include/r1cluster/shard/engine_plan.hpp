// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/shard/shard_plan.hpp"

namespace r1cluster {

/// One parameter of the model as the engine creates it on one rank: fused matrices, with padding, in the dtype that it
/// has in memory.
struct EngineParameter {
    std::string name;                  ///< the engine's: "model.layers.0.self_attn.qkv_proj.weight"
    std::string dtype;                 ///< torch's: "bfloat16"
    std::vector<std::uint64_t> shape;  ///< elements in each dimension, of this rank
    std::uint64_t bytes = 0;           ///< in memory
    bool operator==(const EngineParameter&) const = default;
};

/// What the engine makes of the weights of one rank.
struct EngineRank {
    int rank = 0;                             ///< global; rank = pipeline_rank * tensor_parallel + tensor_rank
    int tensor_rank = 0;                      ///< in its tensor-parallel group
    int pipeline_rank = 0;                    ///< stage of the pipeline
    std::string host;                         ///< name in the spec
    std::vector<EngineParameter> parameters;  ///< in the engine's order
    std::uint64_t parameter_bytes = 0;        ///< of weights in memory, before the engine repacks any for its kernels
    std::uint64_t buffer_bytes = 0;           ///< beside them: rotary tables and the like
    std::vector<Slice> slices;                ///< of the checkpoint that its loaders read, ordered by file, then offset
    std::uint64_t read_bytes = 0;             ///< in at least one of them
    bool operator==(const EngineRank&) const = default;
};

/// Which bytes of a checkpoint each rank of a layout reads, and which parameters result, as an installed engine
/// answers. The answer comes from the engine's own model classes and loaders, without a GPU and without weights. It
/// therefore exists for architectures without slicing rules, too.
struct EnginePlan {
    std::string engine_version;         ///< "0.32.0"
    std::string key_list_sha256;        ///< of "rank name dtype 2x3\n" for all parameters: another engine, another hash
    std::string refusal;                ///< why it does not make or load such a model, in its words; empty: it does
    std::vector<int> layers_per_stage;  ///< as the engine divides them
    std::vector<std::string> files;     ///< names of the checkpoint's files, in its order
    std::vector<EngineRank> ranks;      ///< ordered by rank
    std::vector<HostShards> hosts;      ///< what the ranks of each host read, all together
    std::vector<std::string> warnings;  ///< "rank 0 calculates with \"a.weight\" (add_)": its bytes are no mere copy
    bool operator==(const EnginePlan&) const = default;
};

/// Reads what the program that asks the engine has printed about one question (host/engine.hpp). Strict: an
/// answer that is cut off, of other tensors, of other ranks, or of bytes outside of a tensor is an Error
/// (invalid_input) that leads with `source:line:`.
EnginePlan parse_engine_plan(std::string_view answer, const Layout& layout, const Checkpoint& checkpoint,
                             std::string_view source = "engine");

/// One line for each tensor of a rank whose bytes are not the same in both; empty: they are equal.
std::vector<std::string> compare(const ShardPlan& ours, const EnginePlan& engine, const Checkpoint& checkpoint);

/// A layout of the given sizes with the same number of ranks on each host, in the order of the spec, and without
/// forecasts: the question for an engine about a model without slicing rules. Throws Error (invalid_input) if the ranks
/// cannot be divided equally among the hosts.
Layout place_ranks(const DeploymentSpec& spec, int tensor_parallel, int pipeline_parallel);

/// The layout with the engine's version, and each rank's layers and bytes, taken from the engine's answer.
Layout apply_engine_plan(Layout layout, const EnginePlan& engine);

/// For a terminal: ranks with what they read and hold, and the bytes that each host needs.
std::string show(const EnginePlan& engine);

}  // namespace r1cluster
