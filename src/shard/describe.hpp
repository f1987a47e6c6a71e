// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "model/describe.hpp"
#include "r1cluster/shard/engine_plan.hpp"
#include "r1cluster/shard/shard_plan.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(SlicePattern, (), (slices))
BOOST_DESCRIBE_STRUCT(PlannedTensor, (), (file, tensor, offset_bytes, pattern, only_holder))
BOOST_DESCRIBE_STRUCT(StageShards, (), (tensors))
BOOST_DESCRIBE_STRUCT(RankShards, (), (rank, stage, group_rank, slice_count, bytes, memory_bytes))
BOOST_DESCRIBE_STRUCT(FileShare, (), (file, bytes, file_bytes))
BOOST_DESCRIBE_STRUCT(HostShards, (), (host, files, bytes))
BOOST_DESCRIBE_STRUCT(ShardPlan, (), (files, patterns, stages, ranks, hosts))
BOOST_DESCRIBE_STRUCT(EngineParameter, (), (name, dtype, shape, bytes))
BOOST_DESCRIBE_STRUCT(EngineRank, (),
                      (rank, tensor_rank, pipeline_rank, host, parameters, parameter_bytes, buffer_bytes, slices,
                       read_bytes))
BOOST_DESCRIBE_STRUCT(EnginePlan, (),
                      (engine_version, key_list_sha256, refusal, layers_per_stage, files, ranks, hosts, warnings))

}  // namespace r1cluster
