// SPDX-License-Identifier: Apache-2.0
#include "model/families/rows.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::string_view architectures[] = {"MixtralForCausalLM"};

// models/mixtral.py. Of an expert, w1 is the gate, w3 the way up and w2 the way down.
constexpr TensorRule mixture_rules[] = {
    {"block_sparse_moe.gate.weight", Where::layer, SliceRule::replicate, "router"},
    {"block_sparse_moe.experts.#.w1.weight", Where::layer, SliceRule::rows, "routed experts"},
    {"block_sparse_moe.experts.#.w3.weight", Where::layer, SliceRule::rows, "routed experts"},
    {"block_sparse_moe.experts.#.w2.weight", Where::layer, SliceRule::columns, "routed experts"},
};

constexpr std::span<const TensorRule> rules[] = {ends_everywhere_rules, norm_rules, grouped_query_attention_rules,
                                                 mixture_rules};

}  // namespace

extern constinit const Family mixtral_family{"mixtral", architectures, rules};

}  // namespace r1cluster::detail
