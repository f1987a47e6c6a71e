// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/model/checkpoint.hpp"
#include "r1cluster/model/slicing.hpp"
#include "r1cluster/model/summary.hpp"

namespace r1cluster {

/// JSON and Python know it as a list of Tensor.
template <>
struct detail::is_vector<TensorList> : std::true_type {};

BOOST_DESCRIBE_ENUM(SliceRule, replicate, rows, columns, kv_rows, kv_columns, vocabulary)
BOOST_DESCRIBE_ENUM(ExpertPlacement, linear, round_robin)
BOOST_DESCRIBE_ENUM(Cast, none, to_bfloat16, to_float16, to_float32)
BOOST_DESCRIBE_STRUCT(Tensor, (), (name, dtype, shape, offset_bytes, size_bytes))
BOOST_DESCRIBE_STRUCT(LatentAttention, (), (q_lora_rank, kv_lora_rank, qk_nope_head_dim, qk_rope_head_dim, v_head_dim))
BOOST_DESCRIBE_STRUCT(Experts, (),
                      (routed, shared, per_token, intermediate_size, first_dense_layers, shared_intermediate_size,
                       later_dense_layers))
BOOST_DESCRIBE_STRUCT(Quantization, (),
                      (method, block, format, bits, group_size, has_zero_points, has_activation_order, has_weight_order,
                       activations, kv_cache, ignored))
BOOST_DESCRIBE_STRUCT(ModelConfig, (),
                      (architecture, model_type, dtype, hidden_size, intermediate_size, layers, attention_heads,
                       kv_heads, head_dim, vocabulary_size, max_position, next_token_layers, ties_embeddings,
                       has_remote_code, latent_attention, experts, quantization))
BOOST_DESCRIBE_STRUCT(ShardFile, (), (name, size_bytes, header_bytes, tensors))
BOOST_DESCRIBE_STRUCT(Checkpoint, (), (path, config, files, warnings))
BOOST_DESCRIBE_STRUCT(TensorSum, (), (name, tensors, parameters, bytes))
BOOST_DESCRIBE_STRUCT(LayerSum, (), (first, last, kind, tensors, parameters, bytes))
BOOST_DESCRIBE_STRUCT(CheckpointSummary, (),
                      (path, architecture, quantization, files, tensors, parameters, next_token_parameters, bytes,
                       by_dtype, by_kind, layers, warnings))
BOOST_DESCRIBE_STRUCT(TensorPlace, (),
                      (layer, is_on_first_stage, is_on_last_stage, is_skipped, rule, is_on_every_stage, expert,
                       is_float32))
BOOST_DESCRIBE_STRUCT(Slice, (),
                      (file, tensor, offset_bytes, rows, run_bytes, stride_bytes, padding_rows, replicas, cast))
BOOST_DESCRIBE_STRUCT(Loading, (), (engine, dtype, drafts_next_tokens, expert_placement))
BOOST_DESCRIBE_STRUCT(GroupRank, (), (tensor_rank, tensor_parallel, data_rank, data_parallel, is_expert_parallel))

}  // namespace r1cluster
