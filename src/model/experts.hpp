// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "r1cluster/model/slicing.hpp"

namespace r1cluster::detail {

/// The rank, of `ranks`, that has this routed expert whole: determine_expert_map of
/// vllm/model_executor/layers/fused_moe/expert_map_manager.py.
std::uint64_t rank_of_expert(const ModelConfig& config, std::int64_t expert, std::uint64_t ranks,
                             const Loading& loading);

}  // namespace r1cluster::detail
