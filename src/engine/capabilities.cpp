// SPDX-License-Identifier: Apache-2.0
#include "engine/capabilities.hpp"

namespace r1cluster::detail {

std::optional<int> capability_number(const std::string& compute_capability) {
    const auto version = Version::try_parse(compute_capability);
    if (!version || version->numbers.size() < 2) return std::nullopt;
    return 10 * version->numbers[0] + version->numbers[1];
}

std::vector<const knowledge::CapabilityRule*> capability_rules(const knowledge::EngineKnowledge& engine,
                                                               const std::optional<Version>& version,
                                                               const ModelConfig& config, const std::string& dtype,
                                                               bool has_latent_cache) {
    std::vector<const knowledge::CapabilityRule*> rules;
    const auto add = [&](std::string_view what) {
        const knowledge::CapabilityRule* rule = engine.find_capability_rule(what, version);
        if (rule) rules.push_back(rule);
        return rule != nullptr;
    };
    add("kernels");
    if (dtype == "bfloat16") add(dtype);
    if (has_latent_cache) add("latent attention");
    if (config.quantization && !add(config.quantization->format)) add(config.quantization->method);
    return rules;
}

}  // namespace r1cluster::detail
