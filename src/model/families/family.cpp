// SPDX-License-Identifier: Apache-2.0
#include "model/families/family.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "r1cluster/base/error.hpp"

namespace r1cluster {
namespace detail {
namespace {

constexpr const Family* families[] = {&deepseek_family, &llama_family};
constexpr std::string_view layer_prefix = "model.layers.";
constexpr std::string_view expert_prefix = "mlp.experts.";
constexpr std::string_view scale_suffix = ".weight_scale_inv";
constexpr std::string_view weight_suffix = ".weight";

/// Takes "17." off the front; nullopt where there is no such plain number.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto length = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || length >= text.size() || text[length] != '.' || text.front() == '-')
        return std::nullopt;
    if (text.front() == '0' && length > 1) return std::nullopt;
    text.remove_prefix(length + 1);
    return number;
}

bool is_scale(std::string_view name) { return name.ends_with(scale_suffix); }

const TensorRule* find_rule(const Family& family, std::string_view name, bool is_in_layer) {
    const std::string_view stem = name.substr(0, name.size() - (is_scale(name) ? scale_suffix.size() : 0));
    for (const TensorRule& rule : family.rules) {
        const bool is_of_layers = rule.where == Where::layer || rule.where == Where::nowhere;
        if (is_of_layers != is_in_layer) continue;
        if (!is_scale(name)) {
            if (rule.name == name) return &rule;
        } else if (rule.name.size() == stem.size() + weight_suffix.size() && rule.name.starts_with(stem) &&
                   rule.name.ends_with(weight_suffix) && rule.kind != "norm" && rule.kind != "router") {
            return &rule;
        }
    }
    return nullptr;
}

/// "mlp.experts.17.up_proj.weight" with its number taken out, as the tables write it.
std::optional<std::string> without_expert(std::string_view name, const ModelConfig& config) {
    std::string_view rest = name.substr(expert_prefix.size());
    const std::optional<std::int64_t> expert = take_number(rest);
    if (!expert || !config.experts || *expert >= config.experts->routed) return std::nullopt;
    return fmt::format("{}#.{}", expert_prefix, rest);
}

bool knows_quantization(const Quantization& quantization) {
    return quantization.method == "fp8" && quantization.block.size() == 2;
}

}  // namespace

const Family& family_with_rules(const ModelConfig& config) {
    std::string known;
    for (const Family* family : families) {
        for (const std::string_view architecture : family->architectures) {
            if (architecture != config.architecture) {
                known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", architecture);
                continue;
            }
            if (config.quantization && !knows_quantization(*config.quantization)) {
                throw Error(ErrorKind::invalid_input, config.quantization->method,
                            fmt::format("slicing weights quantized by \"{}\"{}: not known; known are none, and \"fp8\" "
                                        "with weight_block_size",
                                        config.quantization->method,
                                        config.quantization->block.empty() ? " without weight_block_size" : ""));
            }
            return *family;
        }
    }
    throw Error(ErrorKind::invalid_input, config.architecture,
                fmt::format("slicing the architecture \"{}\": not known; known are {}", config.architecture, known));
}

std::optional<KnownTensor> find_tensor(const Family& family, const ModelConfig& config, std::string_view name) {
    if (!name.starts_with(layer_prefix)) {
        const TensorRule* rule = find_rule(family, name, false);
        return rule ? std::optional(KnownTensor{*rule, std::nullopt, false}) : std::nullopt;
    }
    std::string_view rest = name.substr(layer_prefix.size());
    const std::optional<std::int64_t> layer = take_number(rest);
    if (!layer || *layer >= config.layers + config.next_token_layers) return std::nullopt;
    if (*layer >= config.layers) {
        return KnownTensor{{"", Where::nowhere, SliceRule::replicate, "next-token layers"}, layer, true};
    }
    std::optional<std::string> plain;
    if (rest.starts_with(expert_prefix)) {
        plain = without_expert(rest, config);
        if (!plain) return std::nullopt;
    }
    const TensorRule* rule = find_rule(family, plain ? *plain : rest, true);
    return rule ? std::optional(KnownTensor{*rule, layer, false}) : std::nullopt;
}

TensorPlace place_of(const KnownTensor& known, const ModelConfig& config) {
    TensorPlace place;
    place.layer = known.layer;
    place.rule = known.rule.rule;
    place.is_skipped = known.rule.where == Where::nowhere;
    place.is_on_first_stage = known.rule.where == Where::first_stage;
    place.is_on_last_stage = known.rule.where == Where::last_stage;
    // With tied embeddings the engine makes the head from the embedding, and reads no head from the file.
    if (config.ties_embeddings && known.rule.kind == "embedding") place.is_on_last_stage = true;
    if (config.ties_embeddings && known.rule.kind == "head") {
        place.is_on_last_stage = false;
        place.is_skipped = true;
    }
    return place;
}

}  // namespace detail

std::string family_of(const ModelConfig& config) { return std::string(detail::family_with_rules(config).name); }

std::optional<TensorPlace> place_tensor(const ModelConfig& config, std::string_view tensor_name) {
    const auto known = detail::find_tensor(detail::family_with_rules(config), config, tensor_name);
    return known ? std::optional(detail::place_of(*known, config)) : std::nullopt;
}

}  // namespace r1cluster
