// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/describe.hpp"
#include "base/reflect_json.hpp"
#include "r1cluster/memory/memory.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(MemoryTerm, (), (name, bytes, is_in_budget, because))
BOOST_DESCRIBE_STRUCT(RankMemory, (), (rank, device_bytes, budget_bytes, terms, kv_cache_bytes, kv_tokens))
BOOST_DESCRIBE_STRUCT(HostLoad, (), (host, read_bytes, host_memory_bytes, load_s, because))
BOOST_DESCRIBE_STRUCT(RankCalibration, (),
                      (rank, weights_bytes, non_torch_bytes, activation_bytes, graph_bytes, kv_cache_bytes))
BOOST_DESCRIBE_STRUCT(Calibration, (), (source, ranks, kv_tokens))
BOOST_DESCRIBE_STRUCT(MemoryForecast, (),
                      (ranks, limiting_rank, kv_tokens, longest_request_tokens, context_tokens, concurrency, hosts,
                       warnings))

}  // namespace r1cluster
