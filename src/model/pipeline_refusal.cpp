// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "model/families/family.hpp"
#include "r1cluster/model/slicing.hpp"

namespace r1cluster {
namespace {

bool has_experts(const ModelConfig& config, std::int64_t layer) {
    if (!config.experts || layer < config.experts->first_dense_layers) return false;
    const std::vector<std::int64_t>& dense = config.experts->later_dense_layers;
    return std::ranges::find(dense, layer) == dense.end();
}

std::string any_stages(const ModelConfig&, const std::vector<int>&) {
    return "DeepSeek with more than one pipeline stage ends in an AssertionError";
}

std::string stage_without_experts(const ModelConfig& config, const std::vector<int>& layers_per_stage) {
    std::int64_t layer = 0;
    for (std::size_t stage = 0; stage < layers_per_stage.size(); ++stage) {
        const std::int64_t end = layer + layers_per_stage[stage];
        bool has_any = false;
        for (; layer < end; ++layer) has_any = has_any || has_experts(config, layer);
        if (!has_any) return fmt::format("No Qwen3MoE layer found in the model.layers of stage {}", stage);
    }
    return "";
}

struct Row {
    std::string_view architecture;
    Releases releases;
    std::string (*refusal)(const ModelConfig&, const std::vector<int>&);
    bool is_of_one_stage_too;
};

// tests/oracle asks 0.7.1, 0.9.2 and 0.32.0 for each.
constexpr Row rows[] = {
    // vllm-project/vllm#20647
    {"DeepseekV3ForCausalLM", {.since = Release{0, 9, 2}, .until = Release{0, 10}}, any_stages, false},
    {"DeepseekV2ForCausalLM", {.since = Release{0, 9, 2}, .until = Release{0, 10}}, any_stages, false},
    // vllm/model_executor/models/qwen3_moe.py; 0.9.2 does not look, those between were not seen.
    {"Qwen3MoeForCausalLM", {.since = Release{0, 32}, .until = {}}, stage_without_experts, true},
};

}  // namespace

std::string pipeline_refusal(const ModelConfig& config, const std::vector<int>& layers_per_stage,
                             const std::optional<Version>& engine) {
    for (const Row& row : rows) {
        if (row.architecture != config.architecture || !row.releases.contain(engine)) continue;
        if (layers_per_stage.size() < 2 && !row.is_of_one_stage_too) continue;
        if (const std::string refusal = row.refusal(config, layers_per_stage); !refusal.empty()) return refusal;
    }
    return "";
}

}  // namespace r1cluster
