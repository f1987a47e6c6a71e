// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a family of models is made of, as data: one row per tensor name. The slicing rules are those of
/// vLLM's own loaders; adding a family is adding a table.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "r1cluster/model/slicing.hpp"

namespace r1cluster::detail {

enum class Where { layer, first_stage, last_stage, nowhere };

struct TensorRule {
    std::string_view name;  ///< within its layer, "#" for the number of an expert; or in the whole model
    Where where = Where::layer;
    SliceRule rule = SliceRule::replicate;
    std::string_view kind;  ///< how show() adds it up
};

struct Family {
    std::string_view name;
    std::span<const std::string_view> architectures;
    std::span<const TensorRule> rules;
};

extern const Family llama_family;
extern const Family deepseek_family;

/// Throws as family_of does.
const Family& family_with_rules(const ModelConfig& config);

struct KnownTensor {
    TensorRule rule;
    std::optional<std::int64_t> layer;
    bool is_next_token_layer = false;  ///< any name there is known: the engine reads none of them
};

/// The row for a tensor's name. A block scale ("....weight_scale_inv") follows its weight.
std::optional<KnownTensor> find_tensor(const Family& family, const ModelConfig& config, std::string_view name);

TensorPlace place_of(const KnownTensor& known, const ModelConfig& config);

}  // namespace r1cluster::detail
