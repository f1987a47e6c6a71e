// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/describe.hpp"
#include "base/reflect_json.hpp"
#include "engine/describe.hpp"
#include "r1cluster/layout/compare.hpp"
#include "r1cluster/layout/layout.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Workload, (), (concurrency, prompt_tokens, output_tokens, distinct_requests))
BOOST_DESCRIBE_STRUCT(RankPlacement, (),
                      (rank, tensor_rank, pipeline_rank, data_rank, host, gpu, first_layer, layer_count, weight_bytes,
                       kv_bytes_per_token, memory_bytes, kv_tokens))
BOOST_DESCRIBE_STRUCT(Layout, (),
                      (tensor_parallel, pipeline_parallel, data_parallel, is_expert_parallel, decode_context_parallel,
                       layers_per_stage, is_engine_default_partition, engine, ranks, kv_tokens, longest_request_tokens,
                       limiting_rank, workload, ttft_ms, tpot_ms, output_tokens_per_s, is_pareto, notes, because))

BOOST_DESCRIBE_ENUM(BetterLayout, neither, first, second)
BOOST_DESCRIBE_STRUCT(LayoutDifference, (), (what, first, second, better))

}  // namespace r1cluster
