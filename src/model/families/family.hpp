// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a family of models is made of, as data: one row per tensor name. The slicing rules are those of the loaders of
/// the engine that a spec gets by default, and tests/oracle compares the two. A family is one table, and a row in
/// family.cpp; the comment of a table names the classes of the engine whose rules it has. Where releases of the engine
/// differ, each has its row.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "model/loader.hpp"
#include "model/quantization.hpp"
#include "r1cluster/model/slicing.hpp"

namespace r1cluster::detail {

enum class Where { layer, first_stage, last_stage, every_stage, nowhere, draft_layer, first_draft_layer };

struct TensorRule {
    std::string_view name;  ///< within its layer, "#" for the number of an expert; or in the whole model
    Where where = Where::layer;
    SliceRule rule = SliceRule::replicate;
    std::string_view kind;  ///< how show() adds it up
    OfReleases releases = {};
    bool is_float32 = false;  ///< the parameter, whatever dtype the engine computes in
};

struct Family {
    std::string_view name;
    std::span<const std::string_view> architectures;
    std::span<const std::span<const TensorRule>> rules;  ///< the first row with a name is the tensor's
    bool needs_an_expert_per_rank = false;
    std::span<const TensorRule> draft_rules = {};  ///< what a next-token layer has besides a decoder layer's
};

/// nullptr: the architecture is not known.
const Family* find_family(std::string_view architecture);

/// Throws as family_of does.
const Family& family_with_rules(const ModelConfig& config);

struct KnownTensor {
    TensorRule rule;
    std::optional<std::int64_t> layer;
    std::optional<std::int64_t> expert;
    bool is_next_token_layer = false;  ///< unless drafts are made with it, any name there is known, and read by nobody
};

/// The row for a tensor's name; nullopt: the family has no such tensor.
std::optional<KnownTensor> find_tensor(const Family& family, const ModelConfig& config, std::string_view name);

/// The rows of a family for one way of loading, found once for each kind of name.
class FamilyRules {
public:
    FamilyRules(const Family& family, const ModelConfig& config, const Loader& loader);

    struct OfName {
        const TensorRule* main = nullptr;   ///< nullptr: no row
        const TensorRule* draft = nullptr;  ///< in a next-token layer
        bool is_in_layer = false;           ///< its first number is the layer
        bool is_expert = false;             ///< its second number is the expert
        const TensorForm* form = nullptr;   ///< of a quantised weight; nullptr: a tensor as any other
    };
    /// `text` as TensorKind::name has it. What is written beside or instead of a weight has the weight's row.
    OfName of(std::string_view text, int number_count) const;
    /// Whether known() would find it.
    bool is_known(const OfName& name, const std::array<std::uint32_t, 2>& numbers) const {
        if (!name.is_in_layer) return name.main != nullptr;
        if (numbers[0] >= config_.layers + config_.next_token_layers) return false;
        const bool is_next_token_layer = numbers[0] >= config_.layers;
        if (is_next_token_layer && !drafts_) return true;
        const bool has_rule = (is_next_token_layer ? name.draft : name.main) != nullptr;
        return has_rule && (!name.is_expert || (config_.experts && numbers[1] < config_.experts->routed));
    }
    /// nullopt: the family has no such tensor.
    std::optional<KnownTensor> known(const OfName& name, const std::array<std::uint32_t, 2>& numbers) const;
    std::optional<TensorPlace> place(const OfName& name, const std::array<std::uint32_t, 2>& numbers) const;

private:
    /// The row of this name; where `of` has a form, of the weight that it stands for.
    const TensorRule* find(std::string_view name, const OfName& of) const;
    const TensorRule* find_draft(std::string_view name, const OfName& of) const;

    const Family& family_;
    const ModelConfig& config_;
    const QuantizationFormat* format_;
    Loader loader_;
    bool drafts_;
};

}  // namespace r1cluster::detail
