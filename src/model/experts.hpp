// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "r1cluster/model/slicing.hpp"

namespace r1cluster::detail {

/// The rank, of `ranks`, that has this routed expert whole: determine_expert_map of
/// vllm/model_executor/layers/fused_moe/expert_map_manager.py.
inline std::uint64_t rank_of_expert(const ModelConfig& config, std::int64_t expert, std::uint64_t ranks,
                                    ExpertPlacement placement) {
    const auto number = static_cast<std::uint64_t>(expert);
    if (placement == ExpertPlacement::round_robin) return number % ranks;
    const auto experts = static_cast<std::uint64_t>(config.experts ? config.experts->routed : 0);
    const std::uint64_t each = experts / ranks, more = experts % ranks;
    const std::uint64_t of_larger = more * (each + 1);
    return number < of_larger ? number / (each + 1) : more + (number - of_larger) / each;
}

}  // namespace r1cluster::detail
