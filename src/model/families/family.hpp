// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a family of models is made of, as data: one row per tensor name. The slicing rules are those of
/// vLLM's own loaders, and tests/oracle compares them with what these ask for; adding a family is adding a
/// table. Where versions of vLLM differ, each has its row.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "r1cluster/model/slicing.hpp"

namespace r1cluster::detail {

enum class Where { layer, first_stage, last_stage, every_stage, nowhere };

/// A release of vLLM, as a row names it.
struct Release {
    int major = 0;
    int minor = 0;
};

/// The releases that a row is for: from `since`, up to but without `until`. Unset: no bound.
struct Releases {
    std::optional<Release> since;
    std::optional<Release> until;

    /// No version: the newest.
    bool contain(const std::optional<Version>& engine) const;
};

/// nullopt: the newest that is known. Throws Error (invalid_input) for a text that is no version.
std::optional<Version> engine_of(const Loading& loading);

struct TensorRule {
    std::string_view name;  ///< within its layer, "#" for the number of an expert; or in the whole model
    Where where = Where::layer;
    SliceRule rule = SliceRule::replicate;
    std::string_view kind;  ///< how show() adds it up
    Releases releases = {};
};

struct Family {
    std::string_view name;
    std::span<const std::string_view> architectures;
    std::span<const std::span<const TensorRule>> rules;  ///< the first row with a name is the tensor's
    bool needs_an_expert_per_rank = false;
};

extern const Family llama_family;
extern const Family mixtral_family;
extern const Family qwen_moe_family;
extern const Family deepseek_family;

/// nullptr: the architecture is not known.
const Family* find_family(std::string_view architecture);

/// Throws as family_of does.
const Family& family_with_rules(const ModelConfig& config);

struct KnownTensor {
    TensorRule rule;
    std::optional<std::int64_t> layer;
    std::optional<std::int64_t> expert;
    bool is_next_token_layer = false;  ///< any name there is known: the engine reads none of them
};

/// The row for a tensor's name. A block scale ("....weight_scale_inv") follows its weight.
std::optional<KnownTensor> find_tensor(const Family& family, const ModelConfig& config, std::string_view name,
                                       const std::optional<Version>& engine = std::nullopt);

TensorPlace place_of(const KnownTensor& known, const ModelConfig& config);

}  // namespace r1cluster::detail
