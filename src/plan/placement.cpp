// SPDX-License-Identifier: Apache-2.0
#include "plan/placement.hpp"
#include "layout/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "memory/memory_model.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

std::string where(const RankPlacement& rank) {
    return fmt::format("rank {} on \"{}\"{}", rank.rank, rank.host, rank.gpu ? fmt::format(" GPU {}", *rank.gpu) : "");
}

/// What the engine holds on one host of CPU ranks.
struct HostNeed {
    std::uint64_t weights = 0, cache = 0, processes = 0;
    std::uint64_t all() const { return weights + cache + processes; }
};

WholeInterval times(const WholeInterval& tokens, std::int64_t factor) {
    return {tokens.low * factor, tokens.likely * factor, tokens.high * factor};
}

}  // namespace

Placement::Placement(const SearchInput& input, const WeightBytes& weights, const Candidate& candidate,
                     std::vector<int> partition)
    : input_(input), weights_(weights), candidate_(candidate), partition_(std::move(partition)) {
    std::int64_t first = 0;
    for (const int layers : partition_) {
        first_layers_.push_back(first);
        first += layers;
    }
    const int world = candidate_.sizes().world_size();
    ranks_.reserve(static_cast<std::size_t>(world));
    for (int rank = 0; rank < world; ++rank) add_rank(rank);
}

std::uint64_t Placement::fixed_cache_bytes() const {
    return input_.options.kv_cache_bytes.value_or(default_cpu_kv_cache_bytes);
}

const Placement::Budget& Placement::budget_of(const RankPlacement& rank, const Device& device) {
    const auto [found, is_new] = budgets_.try_emplace({rank.pipeline_rank, rank.weight_bytes, device.kind});
    if (!is_new || !device.gpu) return found->second;
    const StageLoad load{
        rank.pipeline_rank, rank.pipeline_rank == 0, rank.pipeline_rank == candidate_.sizes().pipeline_parallel - 1,
        rank.layer_count,   rank.weight_bytes,       rank.kv_bytes_per_token};
    found->second.terms = memory_terms(input_.options, input_.config, candidate_.sizes(), load, device);
    found->second.free_bytes = kv_cache_left(input_.options, found->second.terms, device.memory_bytes);
    return found->second;
}

void Placement::add_rank(int rank) {
    const LayoutSizes& sizes = candidate_.sizes();
    const int per_host = candidate_.ranks_per_host();
    const Device& device = device_of(input_.devices, per_host, rank);
    const HostDevices& host = input_.devices.hosts[static_cast<std::size_t>(rank / per_host)];
    RankPlacement placed;
    placed.rank = rank;
    placed.tensor_rank = rank % sizes.tensor_parallel;
    placed.pipeline_rank = rank / sizes.tensor_parallel % sizes.pipeline_parallel;
    placed.data_rank = rank / sizes.tensor_parallel / sizes.pipeline_parallel;
    placed.host = host.host;
    placed.gpu = device.gpu;
    const auto stage = static_cast<std::size_t>(placed.pipeline_rank);
    placed.first_layer = first_layers_[stage];
    placed.layer_count = partition_[stage];
    placed.weight_bytes = weights_.of(placed.data_rank * sizes.tensor_parallel + placed.tensor_rank, placed.first_layer,
                                      placed.layer_count, stage == 0, stage + 1 == partition_.size());
    placed.kv_bytes_per_token = candidate_.cache_bytes_per_token(placed.layer_count);
    const Budget& budget = budget_of(placed, device);
    if (device.gpu) {
        placed.memory_bytes = static_cast<std::uint64_t>(static_cast<double>(device.memory_bytes) *
                                                         input_.options.gpu_memory_utilization);
    } else if (host.memory_available_bytes) {
        placed.memory_bytes = *host.memory_available_bytes / static_cast<std::uint64_t>(per_host);
    }
    const WholeInterval cache =
        is_cache_what_remains() ? budget.free_bytes : exactly(static_cast<std::int64_t>(fixed_cache_bytes()));
    placed.kv_tokens = tokens_in(cache, placed.kv_bytes_per_token, candidate_.block_tokens());
    ranks_.push_back(std::move(placed));
    budget_of_rank_.push_back(&budget);
    if (ranks_.back().kv_tokens->likely < ranks_[limiting_].kv_tokens->likely) limiting_ = ranks_.size() - 1;
}

std::string Placement::gpu_refusal() const {
    const auto tightest =
        std::ranges::min_element(budget_of_rank_, {}, [](const Budget* budget) { return budget->free_bytes.likely; });
    const RankPlacement& rank = ranks_[static_cast<std::size_t>(tightest - budget_of_rank_.begin())];
    const std::uint64_t cache = input_.options.kv_cache_bytes.value_or(rank.kv_bytes_per_token);
    if ((*tightest)->free_bytes.likely >= static_cast<std::int64_t>(cache)) return "";
    std::string terms;
    for (const MemoryTerm& term : (*tightest)->terms) {
        if (!term.is_in_budget) continue;
        terms += fmt::format("{}{} of {}", terms.empty() ? "" : ", ",
                             format_bytes(static_cast<std::uint64_t>(term.bytes.likely)), term.name);
    }
    if (input_.options.kv_cache_bytes) terms += fmt::format(", {} of KV cache", format_bytes(cache));
    const Device& device = device_of(input_.devices, candidate_.ranks_per_host(), rank.rank);
    return fmt::format("does not fit: {}: {} do not go into {}, which is gpu_memory_utilization {} of {}", where(rank),
                       terms, format_bytes(*rank.memory_bytes), input_.options.gpu_memory_utilization,
                       format_bytes(device.memory_bytes));
}

std::string Placement::cpu_refusal() const {
    for (std::size_t h = 0; h < input_.devices.hosts.size(); ++h) {
        const HostDevices& host = input_.devices.hosts[h];
        if (!host.memory_available_bytes) continue;
        const auto server_bytes = static_cast<std::uint64_t>(input_.options.knowledge->threshold("server_bytes"));
        const auto worker_bytes = static_cast<std::uint64_t>(input_.options.knowledge->threshold("worker_bytes"));
        HostNeed need;
        need.processes = h == 0 ? server_bytes : 0;
        for (const RankPlacement& rank : ranks_) {
            if (rank.host != host.host) continue;
            need.weights += rank.weight_bytes;
            need.cache += fixed_cache_bytes();
            need.processes += worker_bytes;
        }
        if (need.all() <= *host.memory_available_bytes) continue;
        return fmt::format(
            "does not fit: \"{}\" has {} of memory available; {} of weights, {} of KV cache and {} for the "
            "engine's processes make {}",
            host.host, format_bytes(*host.memory_available_bytes), format_bytes(need.weights), format_bytes(need.cache),
            format_bytes(need.processes), format_bytes(need.all()));
    }
    return "";
}

// With a fixed cache the number is exact, and so is the engine's refusal.
std::string Placement::length_refusal() const {
    const RankPlacement& limiting = ranks_[limiting_];
    if (is_cache_what_remains() || limiting.kv_tokens->likely >= input_.options.max_model_len) return "";
    return fmt::format(
        "{} of KV cache hold {} tokens on rank {}, fewer than one request of max_model_len {}, and the "
        "engine refuses to start; lower [serve] max_model_len or raise [engine] kv_cache_bytes",
        format_bytes(fixed_cache_bytes()), tokens_text(limiting.kv_tokens->likely), limiting.rank,
        tokens_text(input_.options.max_model_len));
}

std::string Placement::refusal() const {
    std::string refusal = input_.devices.is_gpu ? gpu_refusal() : cpu_refusal();
    return refusal.empty() ? length_refusal() : refusal;
}

std::string Placement::explanation() const {
    const LayoutSizes& sizes = candidate_.sizes();
    std::string text;
    if (sizes.tensor_parallel > 1) {
        text = candidate_.spans_hosts()
                   ? fmt::format("tensor-parallel groups of {} span hosts: two all-reduces a layer go over the network",
                                 sizes.tensor_parallel)
                   : fmt::format("tensor-parallel groups of {} stay inside a host", sizes.tensor_parallel);
    } else {
        text = "no tensor parallelism: each rank has whole layers";
    }
    if (sizes.pipeline_parallel > 1 && input_.devices.hosts.size() > 1 && !candidate_.spans_hosts()) {
        text += "; pipeline stages send one message a step from host to host";
    }
    const RankPlacement& limiting = ranks_[limiting_];
    text += fmt::format("; {} has room for {} tokens of KV cache, fewest of all", where(limiting),
                        tokens_text(limiting.kv_tokens->likely));
    if (is_cache_what_remains()) {
        text += fmt::format(" (an estimate: {} to {})", tokens_text(limiting.kv_tokens->low),
                            tokens_text(limiting.kv_tokens->high));
    }
    return text;
}

std::vector<std::string> Placement::notes(const Layout& layout) const {
    std::vector<std::string> notes;
    const std::int64_t longest = *layout.longest_request_tokens;
    if (is_cache_what_remains() && longest < input_.options.max_model_len) {
        notes.push_back(fmt::format(
            "{} tokens (max_model_len) do not fit in one request, {} do{}: set [serve] max_model_len",
            tokens_text(input_.options.max_model_len), tokens_text(longest),
            candidate_.has_divided_cache()
                ? fmt::format(", because this release divides its blocks by its {} stages and does not say so",
                              layout.pipeline_parallel)
                : ""));
    }
    for (const HostDevices& host : input_.devices.hosts) {
        if (input_.devices.is_gpu || host.memory_available_bytes) continue;
        notes.push_back(fmt::format("whether it fits in the memory of \"{}\" is unknown: {}", host.host,
                                    host.memory_gap.empty() ? "not seen" : host.memory_gap));
    }
    if (!input_.devices.note.empty()) notes.push_back(input_.devices.note);
    return notes;
}

Layout Placement::layout() const {
    const LayoutSizes& sizes = candidate_.sizes();
    Layout layout;
    layout.tensor_parallel = sizes.tensor_parallel;
    layout.pipeline_parallel = sizes.pipeline_parallel;
    layout.data_parallel = sizes.data_parallel;
    layout.is_expert_parallel = sizes.is_expert_parallel;
    layout.decode_context_parallel = sizes.decode_context_parallel;
    layout.layers_per_stage = partition_;
    layout.is_engine_default_partition =
        partition_ == default_partition(input_.config.layers, sizes.pipeline_parallel, input_.options);
    layout.engine = input_.options;
    layout.ranks = ranks_;
    layout.kv_tokens = times(*ranks_[limiting_].kv_tokens, sizes.data_parallel);
    layout.limiting_rank = ranks_[limiting_].rank;
    layout.longest_request_tokens = candidate_.longest_request(ranks_[limiting_].kv_tokens->likely);
    layout.because = explanation();
    layout.notes = notes(layout);
    return layout;
}

}  // namespace r1cluster::detail
