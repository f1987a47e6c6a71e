// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/base/interval.hpp"
#include "r1cluster/engine/engine.hpp"
#include "r1cluster/layout/workload.hpp"

namespace r1cluster {

/// One rank: where it runs and what it holds.
struct RankPlacement {
    /// Global; rank = (data_rank * pipeline_parallel + pipeline_rank) * tensor_parallel + tensor_rank.
    int rank = 0;
    int tensor_rank = 0;                   ///< in its tensor-parallel group
    int pipeline_rank = 0;                 ///< stage of the pipeline
    int data_rank = 0;                     ///< copy of the attention
    std::string host;                      ///< name in the spec
    std::optional<int> gpu;                ///< NVML index; unset: the engine runs on the CPU
    std::int64_t first_layer = 0;          ///< from 0
    std::int64_t layer_count = 0;          ///< number of layers
    std::uint64_t weight_bytes = 0;        ///< bytes of the checkpoint that this rank reads, exact
    std::uint64_t kv_bytes_per_token = 0;  ///< on this rank
    std::optional<std::uint64_t>
        memory_bytes;  ///< device memory that the engine may use on this rank; unset: the device's memory was not seen
    std::optional<WholeInterval> kv_tokens;  ///< tokens whose KV cache fits beside the weights
    bool operator==(const RankPlacement&) const = default;
};

/// One way to divide the model among the GPUs of the hosts, with the forecasts for it.
struct Layout {
    int tensor_parallel = 1;            ///< ranks that divide each tensor among them
    int pipeline_parallel = 1;          ///< stages of consecutive layers
    int data_parallel = 1;              ///< copies of the attention layers; of the whole model if it has no experts
    bool is_expert_parallel = false;    ///< whole experts spread over tensor_parallel * data_parallel ranks
    int decode_context_parallel = 1;    ///< ranks of a tensor-parallel group that share the KV cache of one sequence
    std::vector<int> layers_per_stage;  ///< number of layers of each stage
    bool is_engine_default_partition = true;  ///< false: the command line gives the engine the layers of each stage
    Engine engine;                            ///< the engine, version and options that the layout was made for
    std::vector<RankPlacement> ranks;         ///< ordered by rank
    std::optional<WholeInterval> kv_tokens;   ///< of the deployment: of the rank with the fewest, times data_parallel
    std::optional<std::int64_t>
        longest_request_tokens;        ///< prompt and answer, likely value; at most the model's own limit
    std::optional<int> limiting_rank;  ///< the rank with the fewest tokens
    std::optional<Workload> workload;  ///< the load for which ttft_ms, tpot_ms and output_tokens_per_s are forecast
    std::optional<Interval> ttft_ms;   ///< time to first token; unset: no forecast
    std::optional<Interval> tpot_ms;   ///< time per output token after the first; unset: no forecast
    std::optional<Interval> output_tokens_per_s;  ///< of all requests together; unset: no forecast
    /// True when no other layout is better in latency, throughput or context and at least as good in the other two.
    bool is_pareto = false;
    std::vector<std::string>
        notes;            ///< for the user to read before the start: what an option would gain, a limit, unused GPUs
    std::string because;  ///< why the layout has this rank in Plan::layouts

    int world_size() const { return tensor_parallel * pipeline_parallel * data_parallel; }
    bool operator==(const Layout&) const = default;
};

}  // namespace r1cluster
