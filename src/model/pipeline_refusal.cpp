// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "engine/names/names.hpp"
#include "model/families/family.hpp"
#include "r1cluster/model/slicing.hpp"

namespace r1cluster {
namespace {

bool has_experts(const ModelConfig& config, std::int64_t layer) {
    if (!config.experts || layer < config.experts->first_dense_layers) return false;
    const std::vector<std::int64_t>& dense = config.experts->later_dense_layers;
    return std::ranges::find(dense, layer) == dense.end();
}

/// nullopt: every stage has experts.
std::optional<std::size_t> stage_without_experts(const ModelConfig& config, const std::vector<int>& layers_per_stage) {
    std::int64_t layer = 0;
    for (std::size_t stage = 0; stage < layers_per_stage.size(); ++stage) {
        const std::int64_t end = layer + layers_per_stage[stage];
        bool has_any = false;
        for (; layer < end; ++layer) has_any = has_any || has_experts(config, layer);
        if (!has_any) return stage;
    }
    return std::nullopt;
}

}  // namespace

std::string pipeline_refusal(const ModelConfig& config, const std::vector<int>& layers_per_stage,
                             const std::optional<Version>& engine, const Knowledge& knowledge) {
    const knowledge::EngineKnowledge& tables = knowledge.engine(detail::launchable_engines().front());
    const detail::Family* family = detail::find_family(config.architecture);
    if (!family) return "";
    if (layers_per_stage.size() > 1) {
        const auto* rule = tables.find_division_rule("pipeline parallel", family->name, engine);
        if (rule) return rule->engine_says;
    }
    const auto* rule = tables.find_division_rule("stage without experts", config.architecture, engine);
    const auto stage = rule ? stage_without_experts(config, layers_per_stage) : std::nullopt;
    return stage ? fmt::format("{} of stage {}", rule->engine_says, *stage) : "";
}

}  // namespace r1cluster
