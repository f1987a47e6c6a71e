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
    std::int64_t q_lora_rank = 0;  ///< 0: the query is not compressed
    std::int64_t kv_lora_rank = 0;
    std::int64_t qk_nope_head_dim = 0;
    std::int64_t qk_rope_head_dim = 0;
    std::int64_t v_head_dim = 0;
    bool operator==(const LatentAttention&) const = default;
};

struct Experts {
    std::int64_t routed = 0;
    std::int64_t shared = 0;
    std::int64_t per_token = 0;
    std::int64_t intermediate_size = 0;
    std::int64_t first_dense_layers = 0;
    std::int64_t shared_intermediate_size = 0;     ///< of all shared experts together
    std::vector<std::int64_t> later_dense_layers;  ///< others that have an MLP instead, in order
    bool operator==(const Experts&) const = default;
};

/// How the weights are stored, in the words of all the tools that write quantization_config.
struct Quantization {
    std::string method;               ///< quant_method: "fp8", "awq", "gptq", "compressed-tensors", "modelopt", "mxfp4"
    std::vector<std::int64_t> block;  ///< [rows, columns] of one scale; empty: not by blocks
    std::string format;               ///< row of the table in docs/models.md: "awq", "fp8_block"; empty: none of them
    std::int64_t bits = 0;            ///< of one weight; 0: not known
    std::int64_t group_size = 0;      ///< weights in a row that share a scale; 0: all of the row, or of the tensor
    bool has_zero_points = false;
    bool has_activation_order = false;  ///< GPTQ's desc_act: groups are not of neighbours, g_idx says of which
    bool has_weight_order =
        false;                ///< actorder "weight": quantised by that order, groups are of neighbours all the same
    std::string activations;  ///< "dynamic" or "static", where they are quantised too
    std::string kv_cache;     ///< "float8"; empty: not quantised
    std::vector<std::string> ignored;  ///< modules, or patterns of them, whose weights are as they were
    bool operator==(const Quantization&) const = default;
};

/// The shape of a model: config.json, read strictly.
struct ModelConfig {
    std::string architecture;  ///< "DeepseekV3ForCausalLM"
    std::string model_type;    ///< "deepseek_v3"
    std::string dtype;         ///< "bfloat16": what activations and unquantised weights are meant to be
    std::int64_t hidden_size = 0;
    std::int64_t intermediate_size = 0;
    std::int64_t layers = 0;
    std::int64_t attention_heads = 0;
    std::int64_t kv_heads = 0;
    std::int64_t head_dim = 0;
    std::int64_t vocabulary_size = 0;
    std::int64_t max_position = 0;
    std::int64_t next_token_layers = 0;  ///< multi-token-prediction layers after the main ones
    bool ties_embeddings = false;
    bool has_remote_code = false;  ///< "auto_map": Python beside the weights, which we never run
    std::optional<LatentAttention> latent_attention;
    std::optional<Experts> experts;
    std::optional<Quantization> quantization;
    bool operator==(const ModelConfig&) const = default;
};

struct ShardFile {
    std::string name;
    std::uint64_t size_bytes = 0;
    std::uint64_t header_bytes = 0;  ///< the 8-byte length and the JSON
    TensorList tensors;              ///< ordered by offset
    bool operator==(const ShardFile&) const = default;
};

/// A model on disk, without its weights.
struct Checkpoint {
    std::string path;
    ModelConfig config;
    std::vector<ShardFile> files;
    std::vector<std::string> oddities;  ///< worth a look, but loadable: "3 tensors are of no known layer"

    std::uint64_t tensor_bytes() const;
    std::size_t tensor_count() const;
    bool operator==(const Checkpoint&) const = default;
};

/// Strict: wrong types, values that cannot be (0 layers, heads that do not divide), duplicate keys are
/// an Error (invalid_input) with `source:line:column:`. At most 16 MiB; allocates at most 32 bytes for each byte of
/// text, and 1 MiB.
ModelConfig parse_config(std::string_view text, std::string_view source = "config.json");

/// The checkpoint of these texts. Complete against its index, or an Error (invalid_input) that names the
/// missing shard or tensor; every shard must have the size that its own header says. A layer without any
/// tensor and an FP8 weight without its scales are Errors too: the engine would load them without a word. The index has
/// at most 64,000,000 bytes; for each of them at most 32 are allocated while it is read.
Checkpoint parse_checkpoint(const CheckpointText& text);

/// The same from one shard after the other, so that the headers need not all be in memory at once:
///     CheckpointParser parser(path, config, index);
///     for (...) parser.add(shard);
///     const Checkpoint checkpoint = parser.finish();
class CheckpointParser {
public:
    /// `index` is empty where the folder has none. Both texts are read here.
    CheckpointParser(std::string path, std::string_view config, std::string_view index);
    CheckpointParser(CheckpointParser&&) noexcept;
    CheckpointParser& operator=(CheckpointParser&&) noexcept;
    ~CheckpointParser();

    /// Shards in the order of their names. Throws as parse_safetensors does.
    void add(const ShardText& shard);
    /// Once, at the end: all that parse_checkpoint() says about shards together.
    Checkpoint finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// For a terminal: parameters, bytes by dtype, what is odd.
std::string show(const Checkpoint& checkpoint);

}  // namespace r1cluster
