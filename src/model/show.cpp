// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "r1cluster/base/units.hpp"
#include "r1cluster/model/summary.hpp"

namespace r1cluster {
namespace {

std::string table(std::string_view title, const std::vector<TensorSum>& rows) {
    std::string text = fmt::format("  {}\n", title);
    for (const TensorSum& row : rows) {
        text += fmt::format("    {:<18} {:>8} tensors  {:>12}\n", row.name, format_count(row.tensors),
                            format_bytes(row.bytes));
    }
    return text;
}

std::string layers_text(const std::vector<LayerSum>& rows) {
    std::string text;
    for (const LayerSum& row : rows) {
        const auto count = static_cast<std::uint64_t>(row.last - row.first + 1);
        const std::string numbers = count == 1 ? std::to_string(row.first) : fmt::format("{}-{}", row.first, row.last);
        text += fmt::format("    {:<8} {:<10} {:>4} x {:>11} in {:>6} tensors\n", numbers, row.kind, count,
                            format_bytes(row.bytes), format_count(row.tensors));
    }
    return text.empty() ? "" : "  by layer\n" + text;
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
    const CheckpointSummary summary = checkpoint_summary(checkpoint);
    std::string text = fmt::format("{}: {}, {} parameters, {} in {} tensors, {} file{}\n", summary.path,
                                   summary.architecture, format_count(summary.parameters), format_bytes(summary.bytes),
                                   format_count(summary.tensors), summary.files, summary.files == 1 ? "" : "s");
    if (summary.next_token_parameters > 0) {
        text += fmt::format("  {} parameters without the layers that predict further tokens\n",
                            format_count(summary.parameters - summary.next_token_parameters));
    }
    text += fmt::format("  {}\n", shape_of(checkpoint.config));
    if (!summary.quantization.empty()) text += fmt::format("  {}\n", summary.quantization);
    text += table("by dtype", summary.by_dtype) + table("by kind", summary.by_kind) + layers_text(summary.layers);
    for (const std::string& warning : summary.warnings) text += fmt::format("  warning: {}\n", warning);
    return text;
}

}  // namespace r1cluster
