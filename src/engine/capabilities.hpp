// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster::detail {

/// "8.9" -> 89. nullopt: not seen, or not two numbers.
std::optional<int> capability_number(const std::string& compute_capability);

/// What a GPU must be able to do for this model, as the tables of the engine have it: kernels, dtype, attention,
/// quantisation. plan_layouts() and check() both ask here.
std::vector<const knowledge::CapabilityRule*> capability_rules(const knowledge::EngineKnowledge& engine,
                                                               const std::optional<Version>& version,
                                                               const ModelConfig& config, const std::string& dtype,
                                                               bool has_latent_cache);

}  // namespace r1cluster::detail
