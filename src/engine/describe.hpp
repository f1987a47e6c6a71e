// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "knowledge/describe.hpp"
#include "model/describe.hpp"
#include "r1cluster/engine/engine.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Engine, (),
                      (name, version, runner, dtype, is_dtype_lowered, kv_cache_dtype, gpu_memory_utilization,
                       kv_cache_bytes, max_model_len, max_batched_tokens, max_sequences, block_size, swap_space_bytes,
                       speculative_tokens, expert_placement, has_latent_cache, is_custom_all_reduce,
                       are_graphs_in_budget, is_eager, has_dummy_weights, because))

}  // namespace r1cluster
