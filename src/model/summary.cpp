// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/model/summary.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "model/families/family.hpp"
#include "model/quantization.hpp"

namespace r1cluster {
namespace {

constexpr std::string_view experts_kind = "routed experts";

/// Kinds by a part of the name, for architectures without a table of their own. The first that fits counts.
struct KindWord {
    std::string_view part;
    std::string_view kind;
};
constexpr KindWord kind_words[] = {
    {"norm", "norm"},        {"shared_expert", "shared experts"},
    {"router", "router"},    {"experts", experts_kind},
    {"lm_head", "head"},     {"embed", "embedding"},
    {"attn", "attention"},   {"attention", "attention"},
    {"mlp.gate.", "router"}, {"mlp", "MLP"},
    {"feed_forward", "MLP"},
};

/// "17" of "model.layers.17.mlp.up_proj.weight".
std::optional<std::int64_t> layer_of(std::string_view name) {
    constexpr std::string_view part = "layers.";
    const std::size_t at = name.find(part);
    if (at == name.npos || (at > 0 && name[at - 1] != '.')) return std::nullopt;
    const std::string_view rest = name.substr(at + part.size());
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const bool is_number = error == std::errc() && end != rest.data() + rest.size() && *end == '.' && number >= 0;
    return is_number ? std::optional(number) : std::nullopt;
}

/// What kind of tensor a name is, and which layer it is of.
class Names {
public:
    explicit Names(const ModelConfig& config)
        : config_(config),
          format_(detail::find_format(config.quantization)),
          family_(detail::find_family(config.architecture)) {}

    bool is_next_token(const std::optional<std::int64_t>& layer) const {
        return layer && *layer >= config_.layers && *layer < config_.layers + config_.next_token_layers;
    }

    std::string_view kind(std::string_view name, const std::optional<std::int64_t>& layer) const {
        if (is_next_token(layer)) return "next-token layers";
        const auto formed = detail::formed_tensor(format_, name);
        if (formed && formed->form->role != detail::TensorRole::weight) return "scales";
        const std::string weight = formed ? formed->weight_name() : std::string(name);
        if (family_) {
            const auto known = detail::find_tensor(*family_, config_, weight);
            return known ? known->rule.kind : "unknown";
        }
        for (const KindWord& word : kind_words) {
            if (weight.find(word.part) != weight.npos) return word.kind;
        }
        return "unknown";
    }

private:
    const ModelConfig& config_;
    const detail::QuantizationFormat* format_;
    const detail::Family* family_;
};

template <class Sum>
void add(Sum& sum, std::uint64_t parameters, std::uint64_t bytes) {
    ++sum.tensors;
    sum.parameters += parameters;
    sum.bytes += bytes;
}

using Sums = std::map<std::string, TensorSum>;

std::vector<TensorSum> most_first(const Sums& sums) {
    std::vector<TensorSum> rows;
    for (const auto& [name, sum] : sums) {
        rows.push_back(sum);
        rows.back().name = name;
    }
    std::ranges::stable_sort(rows, std::greater(), &TensorSum::bytes);
    return rows;
}

std::vector<LayerSum> folded(const std::map<std::int64_t, LayerSum>& layers) {
    std::vector<LayerSum> rows;
    for (const auto& [number, layer] : layers) {
        LayerSum alike = layer;
        alike.first = alike.last = number;
        if (!rows.empty() && rows.back().last + 1 == number) {
            LayerSum before = rows.back();
            before.first = before.last = number;
            if (before == alike) {
                rows.back().last = number;
                continue;
            }
        }
        rows.push_back(alike);
    }
    return rows;
}

}  // namespace

CheckpointSummary checkpoint_summary(const Checkpoint& checkpoint) {
    const Names names(checkpoint.config);
    CheckpointSummary summary;
    summary.path = checkpoint.path;
    summary.architecture = checkpoint.config.architecture;
    summary.quantization = detail::in_words(checkpoint.config.quantization);
    summary.files = checkpoint.files.size();
    summary.warnings = checkpoint.warnings;

    Sums by_dtype, by_kind;
    std::map<std::int64_t, LayerSum> layers;
    TensorSum all;
    for (const ShardFile& file : checkpoint.files) {
        for (const Tensor& tensor : file.tensors) {
            const std::uint64_t parameters = detail::parameters_of(checkpoint.config.quantization, tensor);
            const auto layer = layer_of(tensor.name);
            const std::string_view kind = names.kind(tensor.name, layer);
            for (TensorSum* sum : {&all, &by_dtype[tensor.dtype], &by_kind[std::string(kind)]}) {
                add(*sum, parameters, tensor.size_bytes);
            }
            if (!layer) continue;
            LayerSum& of_layer = layers[*layer];
            add(of_layer, parameters, tensor.size_bytes);
            if (kind == experts_kind) of_layer.kind = "experts";
            if (of_layer.kind.empty()) of_layer.kind = "dense";
            if (names.is_next_token(layer)) {
                of_layer.kind = "next-token";
                summary.next_token_parameters += parameters;
            }
        }
    }
    summary.tensors = all.tensors;
    summary.parameters = all.parameters;
    summary.bytes = all.bytes;
    summary.by_dtype = most_first(by_dtype);
    summary.by_kind = most_first(by_kind);
    summary.layers = folded(layers);
    return summary;
}

}  // namespace r1cluster
