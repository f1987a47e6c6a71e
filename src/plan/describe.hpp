// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/describe.hpp"
#include "base/reflect_json.hpp"
#include "model/describe.hpp"
#include "r1cluster/plan/engine_plan.hpp"
#include "r1cluster/plan/layout.hpp"
#include "r1cluster/plan/memory.hpp"
#include "r1cluster/plan/shard_plan.hpp"
#include "r1cluster/plan/speed.hpp"
#include "spec/describe.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Workload, (), (concurrency, prompt_tokens, output_tokens, distinct_requests))
BOOST_DESCRIBE_STRUCT(RankPlacement, (),
                      (rank, tensor_rank, pipeline_rank, data_rank, host, gpu, first_layer, layer_count, weight_bytes,
                       kv_bytes_per_token, memory_bytes, kv_tokens))
BOOST_DESCRIBE_STRUCT(Layout, (),
                      (tensor_parallel, pipeline_parallel, data_parallel, is_expert_parallel, decode_context_parallel,
                       layers_per_stage, is_engine_default_partition, engine_version, dtype, ranks, kv_tokens,
                       longest_request_tokens, limiting_rank, workload, ttft_ms, tpot_ms, output_tokens_per_s,
                       is_pareto, notes, because))
BOOST_DESCRIBE_STRUCT(RejectedLayout, (), (tensor_parallel, pipeline_parallel, because, count, sizes, is_unasked))
BOOST_DESCRIBE_STRUCT(Plan, (), (goal, layouts, unlisted, rejected, suggestions))
BOOST_DESCRIBE_STRUCT(PlanOptions, (), (limit))
BOOST_DESCRIBE_STRUCT(SlicePattern, (), (slices))
BOOST_DESCRIBE_STRUCT(PlannedTensor, (), (file, tensor, offset_bytes, pattern, only_holder))
BOOST_DESCRIBE_STRUCT(StageShards, (), (tensors))
BOOST_DESCRIBE_STRUCT(RankShards, (), (rank, stage, group_rank, slice_count, bytes, memory_bytes))
BOOST_DESCRIBE_STRUCT(FileShare, (), (file, bytes, file_bytes))
BOOST_DESCRIBE_STRUCT(HostShards, (), (host, files, bytes))
BOOST_DESCRIBE_STRUCT(ShardPlan, (), (files, patterns, stages, ranks, hosts))

BOOST_DESCRIBE_STRUCT(MemoryTerm, (), (name, bytes, is_in_budget, because))
BOOST_DESCRIBE_STRUCT(RankMemory, (), (rank, device_bytes, budget_bytes, terms, kv_cache_bytes, kv_tokens))
BOOST_DESCRIBE_STRUCT(HostLoad, (), (host, read_bytes, host_memory_bytes, load_s, because))
BOOST_DESCRIBE_STRUCT(RankCalibration, (),
                      (rank, weights_bytes, non_torch_bytes, activation_bytes, graph_bytes, kv_cache_bytes))
BOOST_DESCRIBE_STRUCT(Calibration, (), (source, ranks, kv_tokens))
BOOST_DESCRIBE_STRUCT(MemoryForecast, (),
                      (ranks, limiting_rank, kv_tokens, longest_request_tokens, context_tokens, concurrency, hosts,
                       warnings))
BOOST_DESCRIBE_STRUCT(SpeedTerm, (), (name, ms, because))
BOOST_DESCRIBE_STRUCT(SpeedPoint, (), (workload, ttft_ms, tpot_ms, output_tokens_per_s, decode_step, prefill, bound_by))
BOOST_DESCRIBE_STRUCT(LinkTraffic, (),
                      (link, decode_bytes_per_token, decode_messages_per_token, prefill_bytes_per_token, because))
BOOST_DESCRIBE_STRUCT(SpeedForecast, (), (points, links, accuracy))
BOOST_DESCRIBE_STRUCT(SlownessCause, (), (name, tpot_ms, fit, because, how_to_tell))
BOOST_DESCRIBE_STRUCT(EngineParameter, (), (name, dtype, shape, bytes))
BOOST_DESCRIBE_STRUCT(EngineRank, (),
                      (rank, tensor_rank, pipeline_rank, host, parameters, parameter_bytes, buffer_bytes, slices,
                       read_bytes))
BOOST_DESCRIBE_STRUCT(EnginePlan, (),
                      (engine_version, key_list_sha256, refusal, layers_per_stage, files, ranks, hosts, oddities))

}  // namespace r1cluster
