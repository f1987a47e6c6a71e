// SPDX-License-Identifier: Apache-2.0
#include "plan/candidate.hpp"

#include <algorithm>

#include "memory/memory_model.hpp"

namespace r1cluster::detail {

Candidate::Candidate(const SearchInput& input, const WeightBytes& weights, LayoutSizes sizes)
    : input_(input),
      weights_(weights),
      sizes_(sizes),
      ranks_per_host_(sizes.world_size() / static_cast<int>(input.devices.hosts.size())),
      stages_(static_cast<std::size_t>(sizes.pipeline_parallel)) {
    find_devices();
    stages_.front().is_first = true;
    stages_.back().is_last = true;
    if (!input_.devices.is_gpu) return;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
        Stage& stage = stages_[i];
        stage.budget = static_cast<double>(stage.device->memory_bytes) * input_.options.gpu_memory_utilization;
        const auto alike =
            std::find_if(stages_.begin(), stages_.begin() + static_cast<std::ptrdiff_t>(i), [&](const Stage& other) {
                return other.device->kind == stage.device->kind && other.is_first == stage.is_first &&
                       other.is_last == stage.is_last;
            });
        stage.beside = &*alike == &stage ? beside_of(stage) : alike->beside;
    }
}

void Candidate::find_devices() {
    const Devices& devices = input_.devices;
    const Device& first = devices.hosts.front().devices.front();
    for (Stage& stage : stages_) stage.device = &first;
    if (devices.kinds.size() == 1) return;
    for (int rank = 0; rank < sizes_.world_size(); ++rank) {
        const Device& device = device_of(devices, ranks_per_host_, rank);
        const int group = rank / sizes_.tensor_parallel;
        Stage& stage = stages_[static_cast<std::size_t>(group % sizes_.pipeline_parallel)];
        const bool is_new = group < sizes_.pipeline_parallel && rank % sizes_.tensor_parallel == 0;
        if (is_new || device.memory_bytes < stage.device->memory_bytes) stage.device = &device;
        const Device& head = device_of(devices, ranks_per_host_, group * sizes_.tensor_parallel);
        if (first_mixed_rank_ < 0 && !is_alike(head, device)) first_mixed_rank_ = group * sizes_.tensor_parallel;
    }
}

StageLoad Candidate::load_of(int stage, std::int64_t first_layer, std::int64_t layer_count) const {
    const Stage& of = stages_[static_cast<std::size_t>(stage)];
    return {stage,
            of.is_first,
            of.is_last,
            layer_count,
            weight_bytes(stage, first_layer, layer_count),
            cache_bytes_per_token(layer_count)};
}

// Terms are constant or grow with the layers, so two samples give all; what is reported is made by the model itself.
Candidate::Beside Candidate::beside_of(const Stage& stage) const {
    const auto index = static_cast<int>(&stage - stages_.data());
    const auto taken = [&](std::int64_t layers) {
        const StageLoad load = load_of(index, 0, layers);
        const std::vector<MemoryTerm> terms = memory_terms(input_.options, input_.config, sizes_, load, *stage.device);
        const WholeInterval left = kv_cache_left(input_.options, terms, stage.device->memory_bytes);
        return stage.budget - static_cast<double>(left.likely) - static_cast<double>(load.weight_bytes);
    };
    const std::int64_t most = input_.config.layers;
    const double one = taken(1);
    if (most == 1) return {one, 0};
    const double per_layer = (taken(most) - one) / static_cast<double>(most - 1);
    return {one - per_layer, per_layer};
}

std::uint64_t Candidate::weight_bytes(int stage, std::int64_t first_layer, std::int64_t layer_count) const {
    const Stage& of = stages_[static_cast<std::size_t>(stage)];
    return weights_.of(0, first_layer, layer_count, of.is_first, of.is_last);
}

std::uint64_t Candidate::cache_bytes_per_token(std::int64_t layer_count) const {
    return kv_bytes_per_token(input_.options, input_.config, layer_count, sizes_);
}

std::int64_t Candidate::free_bytes(int stage, std::int64_t first_layer, std::int64_t layer_count) const {
    const Stage& of = stages_[static_cast<std::size_t>(stage)];
    return static_cast<std::int64_t>(of.budget - of.beside.fixed -
                                     of.beside.per_layer * static_cast<double>(layer_count)) -
           static_cast<std::int64_t>(weight_bytes(stage, first_layer, layer_count));
}

std::int64_t Candidate::block_tokens() const { return input_.options.block_size * sizes_.decode_context_parallel; }

std::int64_t Candidate::tokens(int stage, std::int64_t first_layer, std::int64_t layer_count) const {
    std::int64_t cache = static_cast<std::int64_t>(input_.options.kv_cache_bytes.value_or(default_cpu_kv_cache_bytes));
    if (input_.devices.is_gpu) {
        const std::int64_t free = free_bytes(stage, first_layer, layer_count);
        if (!input_.options.kv_cache_bytes || free < 0) cache = free;
        if (input_.options.kv_cache_bytes && free < cache) return -1;
    }
    return tokens_in(cache, cache_bytes_per_token(layer_count), block_tokens());
}

std::int64_t Candidate::stage_tokens(const std::vector<int>& partition) const {
    return least_room(
        partition, [this](int stage, std::int64_t first, std::int64_t count) { return tokens(stage, first, count); });
}

bool Candidate::has_divided_cache() const {
    return input_.options.runner == knowledge::Runner::v0 && sizes_.pipeline_parallel > 1;
}

std::int64_t Candidate::longest_request(std::int64_t tokens) const {
    const std::int64_t parts = has_divided_cache() ? sizes_.pipeline_parallel : 1, block = block_tokens();
    return std::min(std::max<std::int64_t>(0, tokens) / block / parts * block, input_.options.max_model_len);
}

SpeedPoint Candidate::speed(const std::vector<int>& partition, const Workload& workload) const {
    std::vector<StagePlacement> stages(stages_.size());
    std::int64_t first_layer = 0;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const int last_rank = static_cast<int>(i + 1) * sizes_.tensor_parallel - 1;
        stages[i].load = load_of(static_cast<int>(i), first_layer, partition[i]);
        stages[i].device = *stages_[i].device;
        stages[i].spans_hosts =
            (last_rank - sizes_.tensor_parallel + 1) / ranks_per_host_ != last_rank / ranks_per_host_;
        // Experts are spread over the ranks of this stage in all copies, whose first and last these are.
        const int last_copy = (sizes_.data_parallel - 1) * sizes_.pipeline_parallel * sizes_.tensor_parallel;
        stages[i].do_experts_span_hosts =
            input_.config.experts && (last_rank + last_copy) / ranks_per_host_ != last_rank / ranks_per_host_;
        stages[i].is_next_on_other_host =
            i + 1 < stages.size() && (last_rank + 1) / ranks_per_host_ != last_rank / ranks_per_host_;
        first_layer += partition[i];
    }
    return speed_point(input_.options, input_.config, sizes_, stages, input_.fabric, workload);
}

}  // namespace r1cluster::detail
