// SPDX-License-Identifier: Apache-2.0
#include "plan/sizes.hpp"

#include <algorithm>

namespace r1cluster::detail {
namespace {

struct Triple {
    int tensor = 1, stages = 1, data = 1;
};

std::vector<int> divisors(int number) {
    std::vector<int> result;
    for (int size = number; size >= 1; --size) {
        if (number % size == 0) result.push_back(size);
    }
    return result;
}

/// Widest tensor-parallel groups first.
std::vector<Triple> triples(const LayoutSpec& layout, const Goal& goal, int world) {
    const std::optional<int> stages = stages_wanted(layout);
    // Copies serve more requests; a single one is not faster for them.
    const bool wants_copies = layout.data_parallel || goal.kind == GoalKind::throughput || goal.kind == GoalKind::users;
    std::vector<Triple> result;
    for (const int tensor : divisors(world)) {
        if (layout.tensor_parallel && *layout.tensor_parallel != tensor) continue;
        for (const int data : divisors(world / tensor)) {
            if (layout.data_parallel ? *layout.data_parallel != data : data > 1 && !wants_copies) continue;
            const int rest = world / tensor / data;
            if (!stages || *stages == rest) result.push_back({tensor, rest, data});
        }
    }
    return result;
}

}  // namespace

std::optional<int> stages_wanted(const LayoutSpec& layout) {
    if (layout.pipeline_parallel || !layout.layers_per_stage) return layout.pipeline_parallel;
    return static_cast<int>(layout.layers_per_stage->size());
}

bool is_world_given(const LayoutSpec& layout) { return layout.tensor_parallel && stages_wanted(layout); }

std::vector<LayoutSizes> sizes_to_judge(const DeploymentSpec& spec, const ModelConfig& config, const Devices& devices,
                                        const Goal& goal, int ranks_per_host) {
    const LayoutSpec& layout = spec.layout;
    std::vector<Triple> chosen;
    if (is_world_given(layout)) {
        chosen.push_back({*layout.tensor_parallel, *stages_wanted(layout), layout.data_parallel.value_or(1)});
    } else {
        chosen = triples(layout, goal, static_cast<int>(devices.hosts.size()) * ranks_per_host);
    }
    std::vector<LayoutSizes> sizes;
    for (const Triple& triple : chosen) {
        for (const bool is_expert_parallel : {false, true}) {
            const bool is_choice = config.experts && triple.tensor * triple.data > 1;
            if (layout.expert_parallel ? *layout.expert_parallel != is_expert_parallel
                                       : is_expert_parallel && !is_choice) {
                continue;
            }
            std::vector<int> contexts{1};
            if (layout.decode_context_parallel) {
                contexts = {*layout.decode_context_parallel};
            } else if (devices.is_gpu) {
                contexts = divisors(std::max(1, triple.tensor));
            }
            std::ranges::reverse(contexts);
            for (const int context : contexts) {
                sizes.push_back({triple.tensor, triple.stages, triple.data, context, is_expert_parallel});
            }
        }
    }
    std::ranges::stable_sort(sizes, {}, [&](const LayoutSizes& one) {
        const bool is_inside = one.tensor_parallel > 0 && ranks_per_host % one.tensor_parallel == 0;
        return std::tuple{one.data_parallel > 1, !is_inside};
    });
    return sizes;
}

}  // namespace r1cluster::detail
