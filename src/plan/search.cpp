// SPDX-License-Identifier: Apache-2.0
#include "plan/search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "plan/placement.hpp"
#include "plan/ranking.hpp"
#include "plan/sizes.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

/// A small all-reduce between hosts takes 15 to 40 us over InfiniBand, over TCP 100 and more.
constexpr double fast_all_reduce_us = 40;

/// Requests by which throughputs are compared: many, as long as in common serving benchmarks.
constexpr Workload many_requests{256, 1024, 1024};

bool is_worthwhile(double gained, double usual) { return gained > usual * (1 + worthwhile_gain); }

/// Less is better. Without a forecast all cost the same, and the order is that of simplicity.
double cost_for(const Goal& goal, const Found& found, const std::optional<SpeedPoint>& of_goal) {
    switch (goal.kind) {
        case GoalKind::latency: return found.latency_ms.value_or(0);
        case GoalKind::throughput: return found.tokens_per_s ? -*found.tokens_per_s : 0;
        case GoalKind::context: return -static_cast<double>(found.longest_request);
        case GoalKind::users: break;
    }
    // Those that do not hold all users at a time come after all that do, the fewest of them last.
    const double wanted = static_cast<double>(goal.users) * static_cast<double>(goal.tokens);
    const double held = found.longest_request < goal.tokens ? 0 : static_cast<double>(found.kv_tokens);
    if (held < wanted) return 1 - held / wanted;
    return of_goal ? -of_goal->output_tokens_per_s.likely : 0;
}

}  // namespace

Workload workload_of(const Goal& goal, std::int64_t kv_tokens, std::int64_t longest_request) {
    Workload workload;
    switch (goal.kind) {
        case GoalKind::latency: break;
        case GoalKind::throughput: {
            workload = many_requests;
            const std::int64_t each = workload.prompt_tokens + workload.output_tokens;
            workload.concurrency = std::clamp<std::int64_t>(kv_tokens / each, 1, workload.concurrency);
            break;
        }
        case GoalKind::context:
            workload.prompt_tokens = std::max<std::int64_t>(1, longest_request - workload.output_tokens);
            break;
        case GoalKind::users: {
            workload.concurrency = goal.users;
            const std::int64_t tokens = std::max<std::int64_t>(2, goal.tokens);
            workload.output_tokens = std::max<std::int64_t>(1, tokens / 4);  // of a context, the usual answer is less
            workload.prompt_tokens = tokens - workload.output_tokens;
            break;
        }
    }
    return workload;
}

Search::Search(const SearchInput& input, const Goal& goal, Rejections& rejections)
    : input_(input), goal_(goal), rejections_(rejections), refusals_(input, rejections) {}

const WeightBytes& Search::weights_of(const LayoutSizes& sizes) {
    const WeightSizes key{sizes.tensor_parallel, input_.config.experts ? sizes.data_parallel : 1,
                          sizes.is_expert_parallel};
    const auto found = weights_.find(key);
    return found != weights_.end() ? found->second : weights_.try_emplace(key, input_.weights, key).first->second;
}

std::optional<SpeedPoint> Search::speed(const Candidate& candidate, const std::vector<int>& partition,
                                        const Workload& workload) const {
    if (!input_.devices.is_gpu) return std::nullopt;
    SpeedPoint point = candidate.speed(partition, workload);
    if (point.tpot_ms.likely <= 0 || point.output_tokens_per_s.likely <= 0) return std::nullopt;
    return point;
}

bool Search::refuses_mixed(const Candidate& candidate) {
    const int first = candidate.first_mixed_rank();
    if (first < 0) return false;
    const LayoutSizes& sizes = candidate.sizes();
    std::map<std::string, int> counts;
    for (int rank = first; rank < first + sizes.tensor_parallel; ++rank) {
        const Device& device = device_of(input_.devices, candidate.ranks_per_host(), rank);
        ++counts[fmt::format("{} of {}", device.name.empty() ? "GPU" : device.name, format_bytes(device.memory_bytes))];
    }
    std::string kinds;
    for (const auto& [name, count] : counts) kinds += fmt::format("{}{} {}", kinds.empty() ? "" : " and ", count, name);
    rejections_.add("mixed", Scope::division, sizes,
                    fmt::format("the tensor-parallel group of ranks {} to {} mixes {}: its ranks get equal parts and "
                                "compute in step; only whole pipeline stages may be on unlike GPUs",
                                first, first + sizes.tensor_parallel - 1, kinds));
    return true;
}

void Search::refuse_memory(const Candidate& candidate, const PartitionChoice& best) {
    std::int64_t first = 0, free = std::numeric_limits<std::int64_t>::max();
    for (std::size_t stage = 0; stage < best.layers.size(); ++stage) {
        free = std::min(free, candidate.free_bytes(static_cast<int>(stage), first, best.layers[stage]));
        first += best.layers[stage];
    }
    if (!rejections_.add("memory", Scope::division, candidate.sizes(), static_cast<double>(free))) return;
    const Placement placement(input_, weights_of(candidate.sizes()), candidate, best.layers);
    std::string text = placement.refusal();
    const double budget =
        static_cast<double>(input_.devices.kinds.front().memory_bytes) * input_.options.gpu_memory_utilization;
    const auto least = static_cast<std::size_t>(std::ceil(static_cast<double>(input_.weights.total_bytes()) / budget));
    if (least > input_.devices.hosts.size() * static_cast<std::size_t>(input_.devices.per_host)) {
        text += fmt::format("; the {} of weights alone need {} such GPUs", format_bytes(input_.weights.total_bytes()),
                            least);
    }
    rejections_.set_text(std::move(text));
}

// Where the cache is of a given size: on a CPU, whose memory is counted by host, and where the spec says it.
bool Search::refuses_fixed_cache(const Candidate& candidate, const PartitionChoice& best) {
    if (input_.devices.is_gpu && (!input_.options.kv_cache_bytes || best.tokens >= input_.options.max_model_len)) {
        return false;
    }
    const Placement placement(input_, weights_of(candidate.sizes()), candidate, best.layers);
    const std::string refusal = placement.refusal();
    if (refusal.empty()) return false;
    rejections_.add(refusal.starts_with("does not fit") ? "memory" : "length", Scope::division, candidate.sizes(),
                    refusal);
    return true;
}

std::optional<Search::Faster> Search::faster_partition(const Candidate& candidate, const Found& found,
                                                       const std::vector<int>& than) const {
    if (input_.spec.layout.layers_per_stage || found.sizes.pipeline_parallel == 1) return std::nullopt;
    const auto rate_of = [&](const std::vector<int>& layers) {
        const std::int64_t tokens = candidate.stage_tokens(layers);
        if (tokens < 1) return 0.0;
        const auto point =
            speed(candidate, layers, workload_of({GoalKind::throughput}, tokens * found.sizes.data_parallel, tokens));
        return point ? point->output_tokens_per_s.likely : 0.0;
    };
    const std::vector<int> lightest =
        roomiest_partition(found.usual.layers, [&](int stage, std::int64_t first, std::int64_t count) {
            return -static_cast<std::int64_t>(candidate.weight_bytes(stage, first, count));
        });
    const double usual = rate_of(than);
    if (usual == 0) return std::nullopt;
    std::optional<Faster> faster;
    for (const std::vector<int>& layers : {found.usual.layers, found.roomiest.layers, lightest}) {
        const double rate = layers == than ? usual : rate_of(layers);
        const double best = usual * (1 + (faster ? faster->gain : 0));
        if (is_worthwhile(rate, best)) faster = Faster{layers, rate / usual - 1, candidate.stage_tokens(layers)};
    }
    return faster;
}

std::vector<int> Search::chosen_partition(const Candidate& candidate, const Found& found) const {
    if (goal_.kind == GoalKind::throughput && found.usual.tokens > 0) {
        if (const auto faster = faster_partition(candidate, found, found.usual.layers)) return faster->layers;
    }
    const bool is_gain =
        is_worthwhile(static_cast<double>(found.roomiest.tokens), static_cast<double>(found.usual.tokens));
    return found.usual.tokens < 1 || is_gain ? found.roomiest.layers : found.usual.layers;
}

std::optional<Found> Search::measured(const Candidate& candidate) {
    const LayoutSizes& sizes = candidate.sizes();
    Found found;
    found.sizes = sizes;
    const auto& wanted = input_.spec.layout.layers_per_stage;
    found.usual.layers =
        wanted ? *wanted : default_partition(input_.config.layers, sizes.pipeline_parallel, input_.options);
    found.usual.tokens = candidate.stage_tokens(found.usual.layers);
    found.roomiest = found.usual;
    if (!wanted && sizes.pipeline_parallel > 1 && input_.devices.is_gpu) {
        // Bytes, not tokens, where nothing fits: so the nearest to fitting is found too.
        const bool is_by_bytes = found.usual.tokens < 1;
        found.roomiest.layers =
            roomiest_partition(found.usual.layers, [&](int stage, std::int64_t first, std::int64_t count) {
                return is_by_bytes ? candidate.free_bytes(stage, first, count) : candidate.tokens(stage, first, count);
            });
        found.roomiest.tokens = candidate.stage_tokens(found.roomiest.layers);
    }
    if (found.roomiest.tokens < 1) {
        refuse_memory(candidate, found.roomiest);
        return std::nullopt;
    }
    found.chosen = chosen_partition(candidate, found);
    if (refuses_fixed_cache(candidate, found.roomiest)) return std::nullopt;
    return found;
}

void Search::judge(const LayoutSizes& sizes, bool uses_all_devices) {
    try {
        const Candidate candidate(input_, weights_of(sizes), sizes);
        if (refuses_mixed(candidate)) return;
        std::optional<Found> found = measured(candidate);
        if (!found) return;
        const std::int64_t tokens = candidate.stage_tokens(found->chosen);
        found->kv_tokens = tokens * sizes.data_parallel;
        found->longest_request = candidate.longest_request(tokens);
        found->uses_all_devices = uses_all_devices;
        found->is_started_by_up = sizes.data_parallel == 1 || input_.spec.layout.data_parallel.has_value();
        found->holds_a_request = tokens >= input_.options.max_model_len;
        found->needs_fast_network =
            candidate.spans_hosts() && input_.fabric.between_hosts_latency_us.likely > fast_all_reduce_us;
        const auto forecast = [&](const Goal& goal) {
            return speed(candidate, found->chosen, workload_of(goal, found->kv_tokens, found->longest_request));
        };
        if (const auto latency = forecast({GoalKind::latency})) found->latency_ms = latency->tpot_ms.likely;
        if (const auto many = forecast({GoalKind::throughput})) found->tokens_per_s = many->output_tokens_per_s.likely;
        found->cost = cost_for(goal_, *found, goal_.kind == GoalKind::users ? forecast(goal_) : std::nullopt);
        found_.push_back(std::move(*found));
    } catch (const Error& cannot_be_sliced) {  // config.json promises what the tensors' shapes do not hold
        rejections_.add(cannot_be_sliced.what(), Scope::tensor, sizes, cannot_be_sliced.what());
    }
}

// No number of ranks on each host is divisible by what the spec asks for.
void Search::refuse_world() {
    const LayoutSpec& layout = input_.spec.layout;
    const LayoutSizes asked{layout.tensor_parallel.value_or(1), stages_wanted(layout).value_or(1),
                            layout.data_parallel.value_or(1), 1, layout.expert_parallel.value_or(false)};
    if (refusals_.refuses_division(asked)) return;
    const std::size_t world = input_.devices.hosts.size() * static_cast<std::size_t>(input_.devices.per_host);
    rejections_.add(
        "world", layout.tensor_parallel ? Scope::tensor_and_data : Scope::stages, asked,
        fmt::format("{} {}s are not divisible by {}", world, input_.devices.is_gpu ? "GPU" : "CPU rank",
                    layout.tensor_parallel ? fmt::format("tensor parallel size {}", asked.tensor_parallel)
                                           : fmt::format("pipeline parallel size {}", asked.pipeline_parallel)));
}

std::vector<Found> Search::run() {
    const Devices& devices = input_.devices;
    const bool is_fixed = is_world_given(input_.spec.layout) || !devices.is_gpu;
    bool is_muted = false;
    for (int per_host = devices.per_host; per_host >= (is_fixed ? devices.per_host : 1); --per_host) {
        // One complaint about each size is enough: that of the first number of ranks that can be divided as asked.
        rejections_.mute(is_muted);
        const std::vector<LayoutSizes> all = sizes_to_judge(input_.spec, input_.config, devices, goal_, per_host);
        is_muted = is_muted || !all.empty();
        for (const LayoutSizes& sizes : all) {
            if (!refusals_.refuses(sizes)) judge(sizes, per_host == devices.per_host);
        }
    }
    rejections_.mute(false);
    if (!is_muted) refuse_world();
    return ranked(std::move(found_));
}

}  // namespace r1cluster::detail
