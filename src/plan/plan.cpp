// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "plan/candidate.hpp"
#include "plan/partition.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/plan/layout.hpp"

namespace r1cluster {
namespace {

using detail::Candidate;
using detail::Devices;

struct Sizes {
    int tensor_parallel;
    int pipeline_parallel;
};

/// Least gain in KV tokens for which another partition than the engine's own is worth a setting.
constexpr double worthwhile_gain = 0.02;

std::string joined(const std::vector<int>& partition) {
    std::string text;
    for (const int layers : partition) text += (text.empty() ? "" : ",") + std::to_string(layers);
    return text;
}

std::optional<int> stages_wanted(const LayoutSpec& layout) {
    if (layout.pipeline_parallel || !layout.layers_per_stage) return layout.pipeline_parallel;
    return static_cast<int>(layout.layers_per_stage->size());
}

/// Every TP x PP to judge: all that use each device, or what the spec says, in order of preference.
std::vector<Sizes> sizes_to_judge(const LayoutSpec& layout, const Devices& devices, Plan& plan) {
    const int world = static_cast<int>(devices.hosts.size()) * devices.per_host;
    const std::optional<int> tensor = layout.tensor_parallel, stages = stages_wanted(layout);
    if (tensor && stages) return {{*tensor, *stages}};
    if (tensor || stages) {
        const int given = tensor ? *tensor : *stages;
        if (given < 1 || world % given != 0) {
            plan.rejected.push_back(
                {tensor.value_or(0), stages.value_or(0),
                 fmt::format("{} {}s are not divisible by {} parallel size {}", world,
                             devices.is_gpu ? "GPU" : "CPU rank", tensor ? "tensor" : "pipeline", given)});
            return {};
        }
        return {tensor ? Sizes{given, world / given} : Sizes{world / given, given}};
    }
    std::vector<Sizes> sizes;
    for (int size = world; size >= 1; --size) {
        if (world % size == 0) sizes.push_back({size, world / size});
    }
    // A group inside a host talks over NVLink or PCIe, and the wider it is, the sooner a token is there.
    std::stable_partition(sizes.begin(), sizes.end(),
                          [&](const Sizes& candidate) { return devices.per_host % candidate.tensor_parallel == 0; });
    return sizes;
}

/// In the words of vllm/distributed/utils.py, get_pp_indices.
std::string partition_refusal(const std::vector<int>& partition, std::int64_t layers, int pipeline_parallel) {
    if (partition.size() != static_cast<std::size_t>(pipeline_parallel)) {
        return fmt::format("len(partitions)={} does not match pp_size={}", partition.size(), pipeline_parallel);
    }
    const auto sum = std::accumulate(partition.begin(), partition.end(), std::int64_t{0});
    if (sum != layers) return fmt::format("sum(partitions)={} does not match num_hidden_layers={}", sum, layers);
    const bool has_empty = std::any_of(partition.begin(), partition.end(), [](int count) { return count < 1; });
    return has_empty ? fmt::format("layers_per_stage {} leaves a stage without a layer", joined(partition)) : "";
}

/// Adds the layout of one partition, or why there is none; true when it fits.
bool add(Plan& plan, const Candidate& candidate, const std::vector<int>& partition, const std::string& remark) {
    auto judged = candidate.judged(partition);
    if (auto* rejected = std::get_if<RejectedLayout>(&judged)) {
        plan.rejected.push_back(std::move(*rejected));
        return false;
    }
    Layout& layout = std::get<Layout>(judged);
    if (!remark.empty()) layout.because = remark + "; " + layout.because;
    plan.layouts.push_back(std::move(layout));
    return true;
}

void add_default_and_better(Plan& plan, const Candidate& candidate, std::int64_t layers, int pipeline_parallel) {
    const std::vector<int> usual = default_partition(layers, pipeline_parallel);
    const bool is_usual_possible = add(plan, candidate, usual, "");
    if (pipeline_parallel == 1 || !candidate.is_cache_what_remains()) return;
    const auto tokens_of = [&](const std::vector<int>& partition) { return candidate.stage_tokens(partition); };
    const std::vector<int> better = detail::roomiest_partition(usual, tokens_of);
    if (better == usual) return;
    const auto least = [&](const std::vector<int>& partition) {
        const std::vector<std::int64_t> tokens = tokens_of(partition);
        return *std::min_element(tokens.begin(), tokens.end());
    };
    if (!is_usual_possible) {
        if (least(better) < 1) return;
        add(plan, candidate, better,
            fmt::format("VLLM_PP_LAYER_PARTITION={} fits, where the engine's own {} does not", joined(better),
                        joined(usual)));
        return;
    }
    const double gain = static_cast<double>(least(better)) / static_cast<double>(least(usual)) - 1;
    if (gain <= worthwhile_gain) return;
    add(plan, candidate, better,
        fmt::format("VLLM_PP_LAYER_PARTITION={} has room for {:.1f} % more tokens than the engine's own {}",
                    joined(better), gain * 100, joined(usual)));
}

/// Why these sizes cannot be, before any weight is counted; empty where they can.
std::string refusal_of(const DeploymentSpec& spec, const ModelConfig& config, const Devices& devices, Sizes sizes) {
    std::string refusal = detail::size_refusal(devices, config, sizes.tensor_parallel, sizes.pipeline_parallel);
    if (!refusal.empty() || !spec.layout.layers_per_stage) return refusal;
    return partition_refusal(*spec.layout.layers_per_stage, config.layers, sizes.pipeline_parallel);
}

void weigh(Plan& plan, const DeploymentSpec& spec, const detail::EngineOptions& options, const Checkpoint& checkpoint,
           const Devices& devices, const std::vector<detail::PlacedTensor>& tensors, Sizes sizes) {
    const auto [tensor_parallel, pipeline_parallel] = sizes;
    try {
        const Candidate candidate(spec, options, checkpoint, devices, tensors, {tensor_parallel, pipeline_parallel});
        if (spec.layout.layers_per_stage) {
            add(plan, candidate, *spec.layout.layers_per_stage, "layers as the spec divides them");
        } else {
            add_default_and_better(plan, candidate, checkpoint.config.layers, pipeline_parallel);
        }
    } catch (const Error& cannot_be_sliced) {  // config.json promises what the tensors' shapes do not hold
        plan.rejected.push_back({tensor_parallel, pipeline_parallel, cannot_be_sliced.what()});
    }
}

}  // namespace

Plan plan(const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint) {
    family_of(checkpoint.config);  // throws for a model that nobody here can slice
    const Devices devices = detail::devices_of(spec, cluster);
    Plan plan;
    if (!devices.refusal.empty()) {
        plan.rejected.push_back(
            {spec.layout.tensor_parallel.value_or(0), stages_wanted(spec.layout).value_or(0), devices.refusal});
        return plan;
    }
    std::vector<Sizes> possible;
    for (const Sizes& sizes : sizes_to_judge(spec.layout, devices, plan)) {
        std::string refusal = refusal_of(spec, checkpoint.config, devices, sizes);
        if (refusal.empty()) {
            possible.push_back(sizes);
        } else {
            plan.rejected.push_back({sizes.tensor_parallel, sizes.pipeline_parallel, std::move(refusal)});
        }
    }
    if (possible.empty()) return plan;
    const detail::EngineOptions options = detail::engine_options(spec, cluster, checkpoint.config, devices);
    const std::vector<detail::PlacedTensor> tensors = detail::placed_tensors(checkpoint, detail::loading_of(options));
    for (const Sizes& sizes : possible) weigh(plan, spec, options, checkpoint, devices, tensors, sizes);
    return plan;
}

}  // namespace r1cluster
