// SPDX-License-Identifier: Apache-2.0
#include "shard/weight_bytes.hpp"

#include <algorithm>

namespace r1cluster::detail {
namespace {

bool is_alike(const Tensor& a, const TensorKind& b) { return a.dtype == b.dtype && a.shape == b.shape; }

}  // namespace

WeightTable::WeightTable(const ModelConfig& config, const std::vector<PlacedTensor>& tensors)
    : config_(config),
      layers_(static_cast<std::size_t>(config.layers)),
      experts_(config.experts ? static_cast<std::size_t>(config.experts->routed) : 0),
      before_expert_(experts_ > 0 ? layers_ * (experts_ + 1) : 0) {
    for (const PlacedTensor& tensor : tensors) {
        const std::size_t place = place_of(tensor);
        ++kind_of(tensor).counts[place];
        total_bytes_ += tensor.kind().size_bytes;
        if (!tensor.place.expert || place >= layers_) continue;
        const auto expert = static_cast<std::size_t>(*tensor.place.expert);
        before_expert_[place * (experts_ + 1) + expert + 1] += tensor.kind().size_bytes;
    }
    for (std::size_t i = 0; i < before_expert_.size(); ++i) {
        if (i % (experts_ + 1) != 0) before_expert_[i] += before_expert_[i - 1];
    }
}

std::size_t WeightTable::place_of(const PlacedTensor& tensor) const {
    if (tensor.is_everywhere) return layers_ + everywhere;
    // Layers after the main ones (next-token layers, where they are read) are on the last stage.
    if (tensor.place.layer) {
        const auto layer = static_cast<std::size_t>(*tensor.place.layer);
        return layer < layers_ ? layer : layers_ + last;
    }
    if (tensor.place.is_on_first_stage && tensor.place.is_on_last_stage) return layers_ + both;
    return layers_ + (tensor.place.is_on_first_stage ? first : last);
}

WeightTable::Kind& WeightTable::kind_of(const PlacedTensor& tensor) {
    // From the back, because neighbours in a file are often alike.
    for (auto kind = kinds_.rbegin(); kind != kinds_.rend(); ++kind) {
        if (kind->place.rule == tensor.place.rule &&
            kind->place.expert.has_value() == tensor.place.expert.has_value() &&
            is_alike(kind->example, tensor.kind())) {
            return *kind;
        }
    }
    return kinds_.emplace_back(
        Kind{(*tensor.list)[tensor.index], tensor.place, std::vector<std::uint64_t>(layers_ + place_count)});
}

WeightBytes::WeightBytes(const WeightTable& table, WeightSizes sizes)
    : table_(table),
      sizes_(sizes),
      before_layer_(table.layers_ + 1),
      vocabulary_(static_cast<std::size_t>(sizes.tensor_parallel) * WeightTable::place_count) {
    const auto bytes_of = [&](const WeightTable::Kind& kind, int tensor_rank) {
        return slice_tensor(table.config_, kind.example, kind.place,
                            {.tensor_rank = tensor_rank,
                             .tensor_parallel = sizes.tensor_parallel,
                             .data_parallel = sizes.data_parallel},
                            Loader())  // releases differ in which rank has which whole expert, and not here
            .bytes();
    };
    for (const WeightTable::Kind& kind : table.kinds_) {
        if (kind.place.expert && sizes.is_expert_parallel) continue;
        const bool is_vocabulary = kind.place.rule == SliceRule::vocabulary;  // alone divided unevenly
        const std::uint64_t bytes = bytes_of(kind, 0);
        for (std::size_t layer = 0; layer < table.layers_; ++layer) {
            before_layer_[layer + 1] += kind.counts[layer] * bytes;
        }
        for (std::size_t end = 0; end < WeightTable::place_count; ++end) {
            const std::uint64_t count = kind.counts[table.layers_ + end];
            if (count == 0) continue;
            if (!is_vocabulary) ends_[end] += count * bytes;
            for (int r = 0; is_vocabulary && r < sizes.tensor_parallel; ++r) {
                vocabulary_[static_cast<std::size_t>(r) * WeightTable::place_count + end] += count * bytes_of(kind, r);
            }
        }
    }
    for (std::size_t layer = 0; layer < table.layers_; ++layer) before_layer_[layer + 1] += before_layer_[layer];
    before_layer_of_first_ = before_layer_;
    std::uint64_t experts = 0;
    for (std::size_t layer = 0; layer < table.layers_; ++layer) {
        before_layer_of_first_[layer + 1] += experts += expert_bytes(0, layer);
    }
}

std::uint64_t WeightBytes::expert_bytes(int group_rank, std::size_t layer) const {
    if (!sizes_.is_expert_parallel || table_.experts_ == 0) return 0;
    const auto ranks =
        static_cast<std::uint64_t>(sizes_.tensor_parallel) * static_cast<std::uint64_t>(sizes_.data_parallel);
    const std::uint64_t each = table_.experts_ / ranks, more = table_.experts_ % ranks;
    const auto rank = static_cast<std::uint64_t>(group_rank);
    const std::uint64_t begin = rank * each + std::min(rank, more), end = begin + each + (rank < more ? 1 : 0);
    const std::uint64_t* row = &table_.before_expert_[layer * (table_.experts_ + 1)];
    return row[end] - row[begin];
}

std::uint64_t WeightBytes::of(int group_rank, std::int64_t first_layer, std::int64_t layer_count, bool is_first,
                              bool is_last) const {
    const auto begin = static_cast<std::size_t>(first_layer), end = static_cast<std::size_t>(first_layer + layer_count);
    const std::vector<std::uint64_t>& before = group_rank == 0 ? before_layer_of_first_ : before_layer_;
    std::uint64_t bytes = before[end] - before[begin];
    if (group_rank != 0 && sizes_.is_expert_parallel) {
        for (std::size_t layer = begin; layer < end; ++layer) bytes += expert_bytes(group_rank, layer);
    }
    const auto tensor_rank = static_cast<std::size_t>(group_rank % sizes_.tensor_parallel);
    const auto add = [&](WeightTable::Place place) {
        bytes += ends_[place] + vocabulary_[tensor_rank * WeightTable::place_count + place];
    };
    add(WeightTable::everywhere);
    if (is_first) add(WeightTable::first);
    if (is_last) add(WeightTable::last);
    if (is_first || is_last) add(WeightTable::both);
    return bytes;
}

}  // namespace r1cluster::detail
