// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/loader.hpp"

namespace r1cluster::detail {

/// The rank, of `ranks`, that has this routed expert whole, by the engine's rule (layers/fused_moe,
/// determine_expert_map).
std::uint64_t rank_of_expert(const ModelConfig& config, std::int64_t expert, std::uint64_t ranks, const Loader& loader);

}  // namespace r1cluster::detail
