// SPDX-License-Identifier: Apache-2.0
#include "model/families/family.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "model/headers/tensor_names.hpp"
#include "model/quantization.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster {
namespace detail {

// Every family: declared here and listed below.
extern const Family deepseek_family, llama_family, mixtral_family, qwen_moe_family;

namespace {

constexpr const Family* families[] = {&deepseek_family, &llama_family, &mixtral_family, &qwen_moe_family};
constexpr std::string_view layer_prefix = "model.layers.#.";
constexpr std::string_view expert_part = ".experts.#.";

/// Weights that nobody quantises, or that the engine could not read so.
bool is_never_quantised(const TensorRule& rule) {
    return rule.kind == "norm" || rule.kind == "router" || rule.rule == SliceRule::vocabulary;
}

bool is_of_layers(const TensorRule& rule) { return rule.where == Where::layer || rule.where == Where::nowhere; }

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
    if (!config.quantization) return *family;
    const QuantizationFormat* const format = find_format(config.quantization);
    if (!format || !format->refusal.empty()) {
        throw Error(ErrorKind::invalid_input, config.quantization->method,
                    fmt::format("slicing weights quantized by \"{}\"{}: {}; known are none, {}; for others, plan "
                                "--from-engine asks the engine itself",
                                config.quantization->method, format ? fmt::format(" ({})", format->words) : "",
                                format ? format->refusal : "not known", formats_with_rules()));
    }
    return *family;
}

std::optional<KnownTensor> find_tensor(const Family& family, const ModelConfig& config, std::string_view name) {
    const FamilyRules rules(family, config, Loader());
    const NumberedName parts = numbered(name);
    return rules.known(rules.of(parts.text, parts.number_count), parts.numbers);
}

FamilyRules::FamilyRules(const Family& family, const ModelConfig& config, const Loader& loader)
    : family_(family),
      config_(config),
      format_(find_format(config.quantization)),
      loader_(loader),
      drafts_(loader.loading().drafts_next_tokens && config.next_token_layers > 0 && !family.draft_rules.empty()) {
    if (drafts_ && !loader.has(EngineFeature::draft_layers)) {
        const std::string& engine = loader.loading().engine;
        throw Error(ErrorKind::invalid_input, engine,
                    fmt::format("drafting with next-token layers: release {} of the engine cannot, {} and later can",
                                engine, loader.drafts_since()));
    }
}

const TensorRule* FamilyRules::find(std::string_view name, const OfName& of) const {
    for (const std::span<const TensorRule> rules : family_.rules) {
        for (const TensorRule& rule : rules) {
            if (is_of_layers(rule) != of.is_in_layer || rule.name != name || !rule.releases.contain(loader_)) continue;
            if (!of.form || !is_never_quantised(rule)) return &rule;
        }
    }
    return nullptr;
}

const TensorRule* FamilyRules::find_draft(std::string_view name, const OfName& of) const {
    for (const TensorRule& rule : family_.draft_rules) {
        if (rule.name != name || !rule.releases.contain(loader_)) continue;
        if (!of.form || !is_never_quantised(rule)) return &rule;
    }
    return find(name, of);
}

FamilyRules::OfName FamilyRules::of(std::string_view text, int number_count) const {
    OfName name;
    name.is_in_layer = number_count > 0 && text.starts_with(layer_prefix);
    const std::string_view rest = name.is_in_layer ? text.substr(layer_prefix.size()) : text;
    const std::optional<FormedTensor> formed = formed_tensor(format_, rest);
    if (formed) name.form = formed->form;
    const std::string row = formed ? formed->weight_name() : std::string(rest);
    if (!name.is_in_layer) {
        if (number_count == 0) name.main = find(row, name);
        return name;
    }
    name.is_expert = number_count > 1 && rest.find(expert_part) != rest.npos;
    name.main = find(row, name);
    if (drafts_) name.draft = find_draft(row, name);
    return name;
}

std::optional<KnownTensor> FamilyRules::known(const OfName& name, const std::array<std::uint32_t, 2>& numbers) const {
    if (!is_known(name, numbers)) return std::nullopt;
    if (!name.is_in_layer) return KnownTensor{*name.main, {}, {}, false};
    const std::int64_t layer = numbers[0];
    const bool is_next_token_layer = layer >= config_.layers;
    if (is_next_token_layer && !drafts_) {
        return KnownTensor{{"", Where::nowhere, SliceRule::replicate, "next-token layers"}, layer, {}, true};
    }
    KnownTensor known{is_next_token_layer ? *name.draft : *name.main, layer, {}, is_next_token_layer};
    if (name.is_expert) known.expert = numbers[1];
    return known;
}

std::optional<TensorPlace> FamilyRules::place(const OfName& name, const std::array<std::uint32_t, 2>& numbers) const {
    const std::optional<KnownTensor> known = this->known(name, numbers);
    if (!known) return std::nullopt;
    const TensorRule& rule = known->rule;
    TensorPlace place;
    place.layer = known->layer;
    place.expert = known->expert;
    place.rule = name.form
                     ? stored_rule(*name.form, rule.rule, keeps_groups(config_.quantization, name.is_expert, loader_))
                     : rule.rule;
    place.is_float32 = rule.is_float32 || (name.form && name.form->is_float32);
    place.is_skipped = rule.where == Where::nowhere || (name.form && !name.form->read_by.contain(loader_)) ||
                       (rule.where == Where::first_draft_layer && *known->layer > config_.layers);
    place.is_on_every_stage = rule.where == Where::every_stage;
    place.is_on_first_stage = place.is_on_every_stage || rule.where == Where::first_stage;
    place.is_on_last_stage =
        place.is_on_every_stage || rule.where == Where::last_stage || (known->is_next_token_layer && !place.is_skipped);
    // With tied embeddings the engine makes the head from the embedding, and reads no head from the file.
    if (config_.ties_embeddings && rule.kind == "embedding") place.is_on_last_stage = true;
    if (config_.ties_embeddings && rule.kind == "head") {
        place = TensorPlace{.is_skipped = true, .rule = place.rule};
    }
    // A draft model has an embedding of its own, and reads both of the checkpoint's into it.
    if (drafts_ && rule.kind == "embedding" && loader_.has(EngineFeature::draft_reads_main_embedding)) {
        place.is_on_last_stage = true;
    }
    return place;
}

}  // namespace detail

namespace {

bool has_head(const Checkpoint& checkpoint) {
    return std::ranges::any_of(checkpoint.files, [](const ShardFile& file) {
        return std::ranges::any_of(file.tensors.kinds(), [](const TensorKind& kind) {
            return kind.number_count == 0 && kind.name == "lm_head.weight";
        });
    });
}

}  // namespace

std::string family_of(const ModelConfig& config) { return std::string(detail::family_with_rules(config).name); }

std::optional<TensorPlace> place_tensor(const ModelConfig& config, std::string_view tensor_name, const Loading& loading,
                                        const Knowledge& knowledge) {
    const detail::FamilyRules rules(detail::family_with_rules(config), config, detail::Loader(loading, knowledge));
    const detail::NumberedName name = detail::numbered(tensor_name);
    return rules.place(rules.of(name.text, name.number_count), name.numbers);
}

ModelConfig detail::loaded_config(const Checkpoint& checkpoint, const Loader& loader) {
    ModelConfig config = checkpoint.config;
    if (config.ties_embeddings && loader.has(EngineFeature::head_unties_embeddings)) {
        config.ties_embeddings = !has_head(checkpoint);
    }
    return config;
}

ModelConfig loaded_config(const Checkpoint& checkpoint, const std::optional<Version>& engine,
                          const Knowledge& knowledge) {
    return detail::loaded_config(checkpoint, detail::Loader({.engine = engine ? engine->text() : ""}, knowledge));
}

}  // namespace r1cluster
