// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/families/family.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster {
namespace {

struct Sum {
    std::uint64_t tensors = 0;
    std::uint64_t bytes = 0;
};

using Sums = std::map<std::string, Sum, std::less<>>;

std::uint64_t elements_of(const Tensor& tensor) {
    std::uint64_t elements = 1;  // the parser has checked that this fits
    for (const std::uint64_t dimension : tensor.shape) elements *= dimension;
    return elements;
}

const detail::Family* known_family(const ModelConfig& config) {
    try {
        return &detail::family_with_rules(config);
    } catch (const Error&) {
        return nullptr;
    }
}

std::string table(std::string_view title, const Sums& sums) {
    std::vector<std::pair<std::string, Sum>> rows(sums.begin(), sums.end());
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
    std::string text = fmt::format("  {}\n", title);
    for (const auto& [name, sum] : rows) {
        text +=
            fmt::format("    {:<18} {:>8} tensors  {:>12}\n", name, format_count(sum.tensors), format_bytes(sum.bytes));
    }
    return text;
}

std::string shape_of(const ModelConfig& config) {
    std::string text = fmt::format("{} layers", config.layers);
    if (config.experts) {
        text += fmt::format(" ({} dense), {} experts, {} per token", config.experts->first_dense_layers,
                            config.experts->routed, config.experts->per_token);
    }
    text += fmt::format(", {} attention heads", config.attention_heads);
    if (!config.latent_attention) text += fmt::format(", {} key/value heads", config.kv_heads);
    if (config.latent_attention)
        text += fmt::format(", latent attention of rank {}", config.latent_attention->kv_lora_rank);
    return text + fmt::format(", vocabulary of {}", format_count(static_cast<std::uint64_t>(config.vocabulary_size)));
}

}  // namespace

std::string show(const Checkpoint& checkpoint) {
    const detail::Family* family = known_family(checkpoint.config);
    Sums by_dtype, by_kind;
    std::uint64_t parameters = 0;
    for (const ShardFile& file : checkpoint.files) {
        for (const Tensor& tensor : file.tensors) {
            const auto known = family ? detail::find_tensor(*family, checkpoint.config, tensor.name) : std::nullopt;
            for (Sum* sum : {&by_dtype[tensor.dtype], &by_kind[known ? std::string(known->rule.kind) : "unknown"]}) {
                ++sum->tensors;
                sum->bytes += tensor.size_bytes;
            }
            if (!tensor.name.ends_with("_scale_inv")) parameters += elements_of(tensor);
        }
    }
    std::string text = fmt::format("{}: {}, {} parameters, {} in {} tensors, {} file{}\n", checkpoint.path,
                                   checkpoint.config.architecture, format_count(parameters),
                                   format_bytes(checkpoint.tensor_bytes()), format_count(checkpoint.tensor_count()),
                                   checkpoint.files.size(), checkpoint.files.size() == 1 ? "" : "s");
    text += fmt::format("  {}\n", shape_of(checkpoint.config));
    text += table("by dtype", by_dtype) + table("by kind", by_kind);
    for (const std::string& oddity : checkpoint.oddities) text += fmt::format("  odd: {}\n", oddity);
    return text;
}

}  // namespace r1cluster
