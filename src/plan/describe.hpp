// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "model/describe.hpp"
#include "r1cluster/plan/engine_plan.hpp"
#include "r1cluster/plan/layout.hpp"
#include "r1cluster/plan/shard_plan.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(RankPlacement, (),
                      (rank, tensor_rank, pipeline_rank, host, gpu, first_layer, layer_count, weight_bytes,
                       kv_bytes_per_token, memory_bytes, kv_tokens))
BOOST_DESCRIBE_STRUCT(Layout, (),
                      (tensor_parallel, pipeline_parallel, layers_per_stage, is_engine_default_partition, ranks,
                       kv_tokens, limiting_rank, because))
BOOST_DESCRIBE_STRUCT(RejectedLayout, (), (tensor_parallel, pipeline_parallel, because))
BOOST_DESCRIBE_STRUCT(Plan, (), (layouts, rejected))
BOOST_DESCRIBE_STRUCT(RankShards, (), (rank, slices, bytes))
BOOST_DESCRIBE_STRUCT(FileShare, (), (file, bytes, file_bytes))
BOOST_DESCRIBE_STRUCT(HostShards, (), (host, files, bytes))
BOOST_DESCRIBE_STRUCT(ShardPlan, (), (ranks, hosts))
BOOST_DESCRIBE_STRUCT(EngineParameter, (), (name, dtype, shape, bytes))
BOOST_DESCRIBE_STRUCT(EngineRank, (),
                      (rank, tensor_rank, pipeline_rank, host, parameters, parameter_bytes, buffer_bytes, slices,
                       read_bytes))
BOOST_DESCRIBE_STRUCT(EnginePlan, (),
                      (engine_version, key_list_sha256, refusal, layers_per_stage, ranks, hosts, oddities))

}  // namespace r1cluster
