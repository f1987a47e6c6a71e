// SPDX-License-Identifier: Apache-2.0
#include "plan/suggestions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/registry/registry.hpp"
#include "layout/words.hpp"
#include "memory/memory_model.hpp"
#include "plan/refusals.hpp"
#include "plan/sizes.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster::detail {
namespace {

/// A form in which checkpoints are offered. Bits of one weight with its scale and zero point, groups of 128.
struct Form {
    std::string_view name;
    std::string_view quantization;  ///< its row of capabilities
    double bits;
};

constexpr Form forms[] = {
    {"FP8", "fp8", 8 + 32.0 / (128 * 128)},
    {"AWQ 4-bit", "awq", 4 + (16 + 4) / 128.0},
    {"GPTQ 4-bit", "gptq", 4 + (16 + 4) / 128.0},
};

/// Tokens of cache without which a deployment is of no use.
constexpr std::int64_t least_useful_tokens = 4096;

/// A model without a checkpoint here.
struct Shape {
    ModelConfig config;
    double weight_bytes = 0;
};

struct Fit {
    LayoutSizes sizes;
    std::int64_t bytes_per_gpu = 0;
    std::int64_t tokens = 0;
};

/// Embedding and head, which quantisation leaves as they are.
double end_parameters(const ModelConfig& config) {
    return 2.0 * static_cast<double>(config.vocabulary_size) * static_cast<double>(config.hidden_size);
}

double parameters_of(const SearchInput& input) {
    if (const auto* member = input.options.knowledge->find_member(
            input.config.architecture, input.config.hidden_size, input.config.intermediate_size, input.config.layers)) {
        return member->parameters;
    }
    const double bits = input.config.quantization && input.config.quantization->bits > 0
                            ? static_cast<double>(input.config.quantization->bits)
                            : 16;
    return static_cast<double>(input.weights.total_bytes()) * 8 / bits;
}

/// The first sizes, in the order of a plan, in which an even share of the weights leaves room for a useful cache.
std::optional<Fit> fit_of(const SearchInput& input, const Cluster& cluster, const Shape& shape) {
    const EngineOptions options =
        choose_options(input.spec, cluster, shape.config, input.devices, *input.options.knowledge);
    if (!engine_refusal(options, shape.config, input.devices).empty()) return std::nullopt;
    const Device& smallest = *std::ranges::min_element(input.devices.kinds, {}, &Device::memory_bytes);
    DeploymentSpec free = input.spec;
    free.layout = {};
    for (int per_host = input.devices.per_host; per_host >= 1; --per_host) {
        for (const LayoutSizes& sizes : sizes_to_judge(free, shape.config, input.devices, {}, per_host)) {
            if (sizes.decode_context_parallel > 1 || sizes.is_expert_parallel) continue;
            if (shape.config.layers < sizes.pipeline_parallel) continue;
            if (!tensor_parallel_refusal(shape.config, sizes.tensor_parallel).text.empty()) continue;
            const std::int64_t layers = (shape.config.layers + sizes.pipeline_parallel - 1) / sizes.pipeline_parallel;
            const double share =
                static_cast<double>(layers) / static_cast<double>(shape.config.layers) / sizes.tensor_parallel;
            StageLoad load{0,
                           true,
                           true,
                           layers,
                           static_cast<std::uint64_t>(shape.weight_bytes * share),
                           kv_bytes_per_token(options, shape.config, layers, sizes)};
            const WholeInterval left = kv_cache_left(
                options, memory_terms(options, shape.config, sizes, load, smallest), smallest.memory_bytes);
            const std::int64_t tokens = left.likely / static_cast<std::int64_t>(load.kv_bytes_per_token);
            if (tokens >= least_useful_tokens) {
                return Fit{sizes, static_cast<std::int64_t>(load.weight_bytes), tokens};
            }
        }
    }
    return std::nullopt;
}

std::string sentence(std::string_view what, const Fit& fit) {
    return fmt::format("{} needs about {} of weights per GPU at {} and leaves room for about {} tokens", what,
                       format_bytes(static_cast<std::uint64_t>(fit.bytes_per_gpu)), in_words(fit.sizes),
                       tokens_text(fit.tokens));
}

void add_forms(std::vector<std::string>& lines, const SearchInput& input, const Cluster& cluster) {
    const double parameters = parameters_of(input), ends = end_parameters(input.config);
    const double bytes_now = static_cast<double>(input.weights.total_bytes());
    bool has_four_bits = false;
    for (const Form& form : forms) {
        const double bytes = (parameters - ends) * form.bits / 8 + ends * 2;
        if (bytes > bytes_now * 0.9 || (has_four_bits && form.bits < 5)) continue;
        Shape shape{input.config, bytes};
        shape.config.quantization = Quantization{};
        shape.config.quantization->method = form.quantization;
        const std::optional<Fit> fit = fit_of(input, cluster, shape);
        if (!fit) continue;
        has_four_bits = has_four_bits || form.bits < 5;
        lines.push_back(sentence(fmt::format("{} of this model", form.name), *fit));
    }
}

void add_smaller_members(std::vector<std::string>& lines, const SearchInput& input, const Cluster& cluster) {
    const auto* member = input.options.knowledge->find_member(input.config.architecture, input.config.hidden_size,
                                                              input.config.intermediate_size, input.config.layers);
    if (!member) return;
    constexpr std::size_t most = 2;
    std::size_t count = 0;
    for (const knowledge::FamilyMember* smaller : input.options.knowledge->smaller_members(*member)) {
        Shape shape;
        shape.weight_bytes = smaller->weight_bytes;
        shape.config.architecture = smaller->architecture;
        shape.config.dtype = "bfloat16";
        shape.config.hidden_size = smaller->hidden_size;
        shape.config.intermediate_size = smaller->intermediate_size;
        shape.config.layers = smaller->layers;
        shape.config.attention_heads = smaller->attention_heads;
        shape.config.kv_heads = smaller->kv_heads;
        shape.config.head_dim = smaller->head_dim;
        shape.config.vocabulary_size = smaller->vocabulary_size;
        shape.config.max_position = input.config.max_position;
        const std::optional<Fit> fit = fit_of(input, cluster, shape);
        if (!fit) continue;
        lines.push_back(sentence(smaller->name, *fit));
        if (++count == most) return;
    }
}

}  // namespace

std::vector<std::string> suggestions(const SearchInput& input, const Cluster& cluster) {
    std::vector<std::string> lines;
    if (!input.devices.is_gpu) return lines;
    add_forms(lines, input, cluster);
    add_smaller_members(lines, input, cluster);
    return lines;
}

}  // namespace r1cluster::detail
