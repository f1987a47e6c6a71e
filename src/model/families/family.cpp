// SPDX-License-Identifier: Apache-2.0
#include "model/families/family.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "r1cluster/base/error.hpp"

namespace r1cluster {
namespace detail {
namespace {

constexpr const Family* families[] = {&deepseek_family, &llama_family, &mixtral_family, &qwen_moe_family};
constexpr std::string_view layer_prefix = "model.layers.";
constexpr std::string_view expert_part = ".experts.";
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

/// Whether this row is of that name; of a scale, the weight's row is.
bool is_of(const TensorRule& rule, std::string_view name) {
    if (!is_scale(name)) return rule.name == name;
    const std::string_view stem = name.substr(0, name.size() - scale_suffix.size());
    return rule.name.size() == stem.size() + weight_suffix.size() && rule.name.starts_with(stem) &&
           rule.name.ends_with(weight_suffix) && rule.kind != "norm" && rule.kind != "router";
}

bool is_of_layers(const TensorRule& rule) { return rule.where == Where::layer || rule.where == Where::nowhere; }

const TensorRule* find_rule(const Family& family, std::string_view name, bool is_in_layer,
                            const std::optional<Version>& engine) {
    for (const std::span<const TensorRule> rules : family.rules) {
        for (const TensorRule& rule : rules) {
            if (is_of_layers(rule) == is_in_layer && is_of(rule, name) && rule.releases.contain(engine)) return &rule;
        }
    }
    return nullptr;
}

/// "mlp.experts.17.up_proj.weight" with its number taken out, as the tables write it; empty where there is no
/// such expert.
std::string without_expert(std::string_view name, std::size_t part, const ModelConfig& config,
                           std::optional<std::int64_t>& expert) {
    const std::string_view prefix = name.substr(0, part + expert_part.size());
    std::string_view rest = name.substr(prefix.size());
    expert = take_number(rest);
    if (!expert || !config.experts || *expert >= config.experts->routed) return "";
    return fmt::format("{}#.{}", prefix, rest);
}

bool is_before(const Version& engine, const Release& release) {
    const auto number = [&](std::size_t i) { return i < engine.numbers.size() ? engine.numbers[i] : 0; };
    return std::pair(number(0), number(1)) < std::pair(release.major, release.minor);
}

bool knows_quantization(const Quantization& quantization) {
    return quantization.method == "fp8" && quantization.block.size() == 2;
}

}  // namespace

const Family* find_family(std::string_view architecture) {
    const auto found = std::ranges::find_if(families, [&](const Family* family) {
        return std::ranges::find(family->architectures, architecture) != family->architectures.end();
    });
    return found == std::end(families) ? nullptr : *found;
}

const Family& family_with_rules(const ModelConfig& config) {
    const Family* const family = find_family(config.architecture);
    if (!family) {
        std::string known;
        for (const Family* each : families) {
            for (const std::string_view architecture : each->architectures) {
                known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", architecture);
            }
        }
        throw Error(
            ErrorKind::invalid_input, config.architecture,
            fmt::format(
                "slicing the architecture \"{}\": not known; known are {}; for others, plan --from-engine asks the "
                "engine itself",
                config.architecture, known));
    }
    if (config.quantization && !knows_quantization(*config.quantization)) {
        throw Error(ErrorKind::invalid_input, config.quantization->method,
                    fmt::format("slicing weights quantized by \"{}\"{}: not known; known are none, and \"fp8\" "
                                "with weight_block_size; for others, plan --from-engine asks the engine itself",
                                config.quantization->method,
                                config.quantization->block.empty() ? " without weight_block_size" : ""));
    }
    return *family;
}

std::optional<Version> engine_of(const Loading& loading) {
    return loading.engine.empty() ? std::nullopt : std::optional(Version::parse(loading.engine));
}

bool Releases::contain(const std::optional<Version>& engine) const {
    if (!engine) return !until;
    return (!since || !is_before(*engine, *since)) && (!until || is_before(*engine, *until));
}

std::optional<KnownTensor> find_tensor(const Family& family, const ModelConfig& config, std::string_view name,
                                       const std::optional<Version>& engine) {
    if (!name.starts_with(layer_prefix)) {
        const TensorRule* rule = find_rule(family, name, false, engine);
        return rule ? std::optional(KnownTensor{*rule, {}, {}, false}) : std::nullopt;
    }
    std::string_view rest = name.substr(layer_prefix.size());
    const std::optional<std::int64_t> layer = take_number(rest);
    if (!layer || *layer >= config.layers + config.next_token_layers) return std::nullopt;
    if (*layer >= config.layers) {
        return KnownTensor{{"", Where::nowhere, SliceRule::replicate, "next-token layers"}, layer, {}, true};
    }
    const std::size_t part = rest.find(expert_part);
    std::optional<std::int64_t> expert;
    const std::string of_expert = part == rest.npos ? "" : without_expert(rest, part, config, expert);
    if (part != rest.npos && of_expert.empty()) return std::nullopt;
    const TensorRule* rule = find_rule(family, of_expert.empty() ? rest : of_expert, true, engine);
    return rule ? std::optional(KnownTensor{*rule, layer, expert, false}) : std::nullopt;
}

TensorPlace place_of(const KnownTensor& known, const ModelConfig& config) {
    TensorPlace place;
    place.layer = known.layer;
    place.expert = known.expert;
    place.rule = known.rule.rule;
    place.is_skipped = known.rule.where == Where::nowhere;
    place.is_on_every_stage = known.rule.where == Where::every_stage;
    place.is_on_first_stage = place.is_on_every_stage || known.rule.where == Where::first_stage;
    place.is_on_last_stage = place.is_on_every_stage || known.rule.where == Where::last_stage;
    // With tied embeddings the engine makes the head from the embedding, and reads no head from the file.
    if (config.ties_embeddings && known.rule.kind == "embedding") place.is_on_last_stage = true;
    if (config.ties_embeddings && known.rule.kind == "head") {
        place = TensorPlace{.is_skipped = true, .rule = place.rule};
    }
    return place;
}

}  // namespace detail

namespace {

bool has_head(const Checkpoint& checkpoint) {
    return std::ranges::any_of(checkpoint.files, [](const ShardFile& file) {
        return std::ranges::any_of(file.tensors, [](const Tensor& tensor) { return tensor.name == "lm_head.weight"; });
    });
}

}  // namespace

std::string family_of(const ModelConfig& config) { return std::string(detail::family_with_rules(config).name); }

std::optional<TensorPlace> place_tensor(const ModelConfig& config, std::string_view tensor_name,
                                        const Loading& loading) {
    const auto known =
        detail::find_tensor(detail::family_with_rules(config), config, tensor_name, detail::engine_of(loading));
    return known ? std::optional(detail::place_of(*known, config)) : std::nullopt;
}

ModelConfig loaded_config(const Checkpoint& checkpoint, const std::optional<Version>& engine) {
    constexpr detail::Releases head_unties{.since = detail::Release{0, 29}, .until = {}};
    ModelConfig config = checkpoint.config;
    if (config.ties_embeddings && head_unties.contain(engine)) config.ties_embeddings = !has_head(checkpoint);
    return config;
}

}  // namespace r1cluster
