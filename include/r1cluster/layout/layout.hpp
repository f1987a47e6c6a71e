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
    int tensor_rank = 0;
    int pipeline_rank = 0;
    int data_rank = 0;
    std::string host;
    std::optional<int> gpu;  ///< NVML index; unset: the engine runs on the CPU
    std::int64_t first_layer = 0;
    std::int64_t layer_count = 0;
    std::uint64_t weight_bytes = 0;  ///< of the checkpoint's bytes, exactly
    std::uint64_t kv_bytes_per_token = 0;
    std::optional<std::uint64_t> memory_bytes;  ///< that the engine may take here
    std::optional<WholeInterval> kv_tokens;     ///< that fit beside the weights
    bool operator==(const RankPlacement&) const = default;
};

/// A way to spread the model over the machines.
struct Layout {
    int tensor_parallel = 1;
    int pipeline_parallel = 1;
    int data_parallel = 1;            ///< copies of the attention; without experts, of the whole model
    bool is_expert_parallel = false;  ///< whole experts spread over tensor_parallel * data_parallel ranks
    int decode_context_parallel = 1;  ///< ranks of a tensor-parallel group among which a token's cache is dealt
    std::vector<int> layers_per_stage;
    bool is_engine_default_partition = true;  ///< else the engine must be told the layers
    Engine engine;                            ///< that the layout was made for
    std::vector<RankPlacement> ranks;         ///< ordered by rank
    std::optional<WholeInterval> kv_tokens;   ///< of the deployment: its smallest rank's, times data_parallel
    std::optional<std::int64_t> longest_request_tokens;  ///< likely; the model's own limit at most
    std::optional<int> limiting_rank;
    std::optional<Workload> workload;  ///< of the goal; what the next three are for
    std::optional<Interval> ttft_ms;
    std::optional<Interval> tpot_ms;
    std::optional<Interval> output_tokens_per_s;
    /// No other layout is better at one of latency, throughput and context and no worse at the rest.
    bool is_pareto = false;
    std::vector<std::string> notes;  ///< to be known before the start: a setting's gain, a limit, unused GPUs
    std::string because;             ///< why it stands where it stands in the order

    int world_size() const { return tensor_parallel * pipeline_parallel * data_parallel; }
    bool operator==(const Layout&) const = default;
};

}  // namespace r1cluster
