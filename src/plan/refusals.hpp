// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan/candidate.hpp"
#include "plan/rejections.hpp"

namespace r1cluster::detail {

/// What makes every layout impossible: a GPU that cannot compute this model with this release. Empty: nothing.
std::string engine_refusal(const EngineOptions& options, const ModelConfig& config, const Devices& devices);

/// Adds to `rejections` why these sizes cannot be, before any weight is counted; true where they cannot.
class SizeRefusals {
public:
    SizeRefusals(const SearchInput& input, Rejections& rejections);

    bool refuses(const LayoutSizes& sizes);
    /// As far as the model alone goes: heads, blocks, experts.
    bool refuses_division(const LayoutSizes& sizes);

private:
    const SizeRefusal& division_of(const WeightSizes& sizes);
    bool refuses_experts(const LayoutSizes& sizes);
    bool refuses_context(const LayoutSizes& sizes);
    bool refuses_pipeline(const LayoutSizes& sizes);
    bool refuses_placement(const LayoutSizes& sizes);
    bool refuses_release(std::string_view division, Scope scope, const LayoutSizes& sizes);

    const SearchInput& input_;
    Rejections& rejections_;
    std::string family_;
    /// tensor_parallel_refusal() for what it depends on; many candidates share it.
    std::map<WeightSizes, SizeRefusal> divisions_;
};

}  // namespace r1cluster::detail
