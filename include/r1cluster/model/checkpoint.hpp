// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/model/safetensors.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster {

/// Multi-head latent attention (DeepSeek-V2 and later).
struct LatentAttention {
    std::int64_t q_lora_rank = 0;       ///< 0: the query is not compressed
    std::int64_t kv_lora_rank = 0;      ///< elements of the compressed key and value
    std::int64_t qk_nope_head_dim = 0;  ///< elements of a head without rotation
    std::int64_t qk_rope_head_dim = 0;  ///< elements of a head with rotation
    std::int64_t v_head_dim = 0;        ///< elements of a head's value
    bool operator==(const LatentAttention&) const = default;
};

/// The experts of a mixture-of-experts model.
struct Experts {
    std::int64_t routed = 0;                       ///< number of routed experts
    std::int64_t shared = 0;                       ///< number of shared experts
    std::int64_t per_token = 0;                    ///< routed experts that each token uses
    std::int64_t intermediate_size = 0;            ///< width of one expert
    std::int64_t first_dense_layers = 0;           ///< layers before the first one with experts
    std::int64_t shared_intermediate_size = 0;     ///< sum over all shared experts
    std::vector<std::int64_t> later_dense_layers;  ///< further dense layers, in order
    bool operator==(const Experts&) const = default;
};

/// How the weights are stored: quantization_config, in terms common to all tools that write it.
struct Quantization {
    std::string method;               ///< quant_method: "fp8", "awq", "gptq", "compressed-tensors", "modelopt", "mxfp4"
    std::vector<std::int64_t> block;  ///< [rows, columns] that share one scale; empty: no blocks
    std::string format;               ///< format in docs/models.md: "awq", "fp8_block"; empty: not in that table
    std::int64_t bits = 0;            ///< bits per weight; 0: unknown
    std::int64_t group_size = 0;      ///< weights of a row that share a scale; 0: the whole row or tensor
    bool has_zero_points = false;     ///< the range of values is not symmetrical
    bool has_activation_order = false;  ///< GPTQ's desc_act: g_idx assigns each input to its group
    bool has_weight_order =
        false;                ///< actorder "weight": quantised in activation order, but groups are contiguous inputs
    std::string activations;  ///< "dynamic" or "static" if activations are quantised
    std::string kv_cache;     ///< "float8"; empty: not quantised
    std::vector<std::string> ignored;  ///< modules, or patterns of modules, that are not quantised
    bool operator==(const Quantization&) const = default;
};

/// The shape of a model: config.json, read strictly.
struct ModelConfig {
    std::string architecture;                         ///< "DeepseekV3ForCausalLM"
    std::string model_type;                           ///< "deepseek_v3"
    std::string dtype;                                ///< "bfloat16": of activations and unquantised weights
    std::int64_t hidden_size = 0;                     ///< elements of a token's state
    std::int64_t intermediate_size = 0;               ///< width of a dense layer
    std::int64_t layers = 0;                          ///< without those that draft tokens
    std::int64_t attention_heads = 0;                 ///< number of query heads
    std::int64_t kv_heads = 0;                        ///< number of key/value heads
    std::int64_t head_dim = 0;                        ///< elements of one head
    std::int64_t vocabulary_size = 0;                 ///< number of tokens
    std::int64_t max_position = 0;                    ///< longest context in tokens; 0: not said
    std::int64_t next_token_layers = 0;               ///< multi-token-prediction (MTP) layers after the main ones
    bool ties_embeddings = false;                     ///< input and output embeddings are one tensor
    bool has_remote_code = false;                     ///< "auto_map": Python code beside the weights, never run
    std::optional<LatentAttention> latent_attention;  ///< unset: the model has none
    std::optional<Experts> experts;                   ///< unset: the model has none
    std::optional<Quantization> quantization;         ///< unset: weights are not quantised
    bool operator==(const ModelConfig&) const = default;
};

/// One safetensors file of a checkpoint.
struct ShardFile {
    std::string name;                ///< in the checkpoint
    std::uint64_t size_bytes = 0;    ///< of the file
    std::uint64_t header_bytes = 0;  ///< 8-byte length field and JSON
    TensorList tensors;              ///< ordered by offset
    bool operator==(const ShardFile&) const = default;
};

/// A model on disk, without its weights.
struct Checkpoint {
    std::string path;                   ///< folder or address that it was read from
    ModelConfig config;                 ///< config.json
    std::vector<ShardFile> files;       ///< in the order of their names
    std::vector<std::string> warnings;  ///< unusual, but loadable: "3 tensors are of no known layer"

    std::uint64_t tensor_bytes() const;
    std::size_t tensor_count() const;
    bool operator==(const Checkpoint&) const = default;
};

/// Parses config.json strictly: wrong types, impossible values (0 layers, heads that do not divide) and duplicate keys
/// are an Error (invalid_input) with `source:line:column:`. The text has at most 16 MiB; at most 32 bytes per byte of
/// text plus 1 MiB are allocated.
ModelConfig parse_config(std::string_view text, std::string_view source = "config.json");

/// Parses a checkpoint from its texts. An Error (invalid_input) names a shard or tensor that the index lists and that
/// is missing, a shard whose size differs from its header, a layer without tensors, and an FP8 weight without scales:
/// the engine would load these silently. The index has at most 64,000,000 bytes; reading it allocates at most 32 bytes
/// for each byte of it.
Checkpoint parse_checkpoint(const CheckpointText& text);

/// Parses a checkpoint shard by shard, so that only one header is in memory at a time:
///     CheckpointParser parser(path, config, index);
///     for (...) parser.add(shard);
///     const Checkpoint checkpoint = parser.finish();
class CheckpointParser {
public:
    /// Parses both texts. `index` is empty if the folder has no index.
    CheckpointParser(std::string path, std::string_view config, std::string_view index);
    CheckpointParser(CheckpointParser&&) noexcept;
    CheckpointParser& operator=(CheckpointParser&&) noexcept;
    ~CheckpointParser();

    /// Adds a shard; call in the order of names. Throws like parse_safetensors.
    void add(const ShardText& shard);
    /// Call once, at the end. Applies the checks of parse_checkpoint() across shards.
    Checkpoint finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Text for a terminal: parameters, bytes by dtype, and what is unusual.
std::string show(const Checkpoint& checkpoint);

}  // namespace r1cluster
