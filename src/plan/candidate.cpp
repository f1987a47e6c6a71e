// SPDX-License-Identifier: Apache-2.0
#include "plan/candidate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "plan/memory_model.hpp"
#include "plan/partition.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

std::string where(const RankPlacement& rank) {
    return fmt::format("rank {} on \"{}\"{}", rank.rank, rank.host, rank.gpu ? fmt::format(" GPU {}", *rank.gpu) : "");
}

std::string tokens_text(std::int64_t tokens) { return format_count(static_cast<std::uint64_t>(tokens)); }

/// What the engine holds on one host of CPU ranks.
struct HostNeed {
    std::uint64_t weights = 0, cache = 0, processes = 0;
    std::uint64_t all() const { return weights + cache + processes; }
};

}  // namespace

std::string size_refusal(const Devices& devices, const ModelConfig& config, int tensor_parallel,
                         int pipeline_parallel) {
    if (pipeline_parallel < 1) return fmt::format("pipeline parallel size {} is not positive", pipeline_parallel);
    std::string refusal = tensor_parallel_refusal(config, tensor_parallel);
    if (!refusal.empty()) return refusal;
    const std::int64_t world = std::int64_t{tensor_parallel} * pipeline_parallel;
    const auto hosts = static_cast<std::int64_t>(devices.hosts.size());
    if (world % hosts != 0) {
        return fmt::format(
            "{} rank{} cannot be shared equally by {} hosts; leave a host out of the spec or change the sizes", world,
            world == 1 ? "" : "s", hosts);
    }
    if (world / hosts > devices.per_host) {
        return fmt::format("{} ranks on each host, but there {} {} {}{}", world / hosts,
                           devices.per_host == 1 ? "is" : "are", devices.per_host,
                           devices.is_gpu ? "GPU" : "CPU rank between hosts",
                           devices.is_gpu && devices.per_host != 1 ? "s" : "");
    }
    if (config.layers < pipeline_parallel) {
        return fmt::format("{} layers cannot be divided over {} pipeline stages", config.layers, pipeline_parallel);
    }
    return "";
}

Candidate::Candidate(const DeploymentSpec& spec, const EngineOptions& options, const Checkpoint& checkpoint,
                     const Devices& devices, const std::vector<PlacedTensor>& tensors, LayoutSizes sizes)
    : spec_(spec),
      config_(checkpoint.config),
      devices_(devices),
      options_(options),
      sizes_(sizes),
      ranks_per_host_(sizes.world_size() / static_cast<int>(devices.hosts.size())),
      weights_(checkpoint.config, tensors, sizes.tensor_parallel) {}

bool Candidate::spans_hosts() const { return ranks_per_host_ % sizes_.tensor_parallel != 0; }

std::uint64_t Candidate::kv_cache_bytes() const {
    return spec_.engine.kv_cache_bytes.value_or(default_cpu_kv_cache_bytes);
}

RankBudget Candidate::budget(int rank, std::int64_t first_layer, std::int64_t layer_count) const {
    const HostDevices& host = devices_.hosts[static_cast<std::size_t>(rank / ranks_per_host_)];
    const Device& device = host.devices[static_cast<std::size_t>(rank % ranks_per_host_)];
    RankBudget result;
    RankPlacement& placement = result.placement;
    placement.rank = rank;
    placement.tensor_rank = rank % sizes_.tensor_parallel;
    placement.pipeline_rank = rank / sizes_.tensor_parallel;
    placement.host = host.host;
    placement.gpu = device.gpu;
    placement.first_layer = first_layer;
    placement.layer_count = layer_count;
    const bool is_last = placement.pipeline_rank == sizes_.pipeline_parallel - 1;
    placement.weight_bytes =
        weights_.of(placement.tensor_rank, first_layer, layer_count, placement.pipeline_rank == 0, is_last);
    placement.kv_bytes_per_token = kv_bytes_per_token(config_, layer_count, sizes_.tensor_parallel);
    const auto per_token = static_cast<std::int64_t>(placement.kv_bytes_per_token);
    if (device.gpu) {
        const StageLoad load{placement.pipeline_rank, placement.pipeline_rank == 0, is_last, layer_count,
                             placement.weight_bytes,  placement.kv_bytes_per_token};
        result.device_bytes = device.memory_bytes;
        const double share = static_cast<double>(result.device_bytes) * options_.gpu_memory_utilization;
        placement.memory_bytes = static_cast<std::uint64_t>(share);
        result.terms = memory_terms(options_, config_, sizes_, load, device);
        result.free_bytes = kv_cache_left(options_, result.terms, result.device_bytes);
    } else if (host.memory_available_bytes) {
        placement.memory_bytes = *host.memory_available_bytes / static_cast<std::uint64_t>(ranks_per_host_);
    }
    const auto fixed = static_cast<std::int64_t>(kv_cache_bytes());
    const WholeInterval cache = is_cache_what_remains() ? result.free_bytes : WholeInterval{fixed, fixed, fixed};
    placement.kv_tokens = {cache.low / per_token, cache.likely / per_token, cache.high / per_token};
    return result;
}

std::vector<RankBudget> Candidate::budgets(const std::vector<int>& partition) const {
    std::vector<RankBudget> result;
    std::int64_t first_layer = 0;
    for (int stage = 0; stage < sizes_.pipeline_parallel; ++stage) {
        const int layers = partition[static_cast<std::size_t>(stage)];
        for (int r = 0; r < sizes_.tensor_parallel; ++r) {
            result.push_back(budget(stage * sizes_.tensor_parallel + r, first_layer, layers));
        }
        first_layer += layers;
    }
    return result;
}

std::vector<std::int64_t> Candidate::stage_tokens(const std::vector<int>& partition) const {
    std::vector<std::int64_t> tokens(partition.size(), std::numeric_limits<std::int64_t>::max());
    for (const RankBudget& budget : budgets(partition)) {
        std::int64_t& stage = tokens[static_cast<std::size_t>(budget.placement.pipeline_rank)];
        stage = std::min(stage, budget.placement.kv_tokens->likely);
    }
    return tokens;
}

std::string Candidate::gpu_refusal(const std::vector<RankBudget>& budgets) const {
    const auto tightest = std::min_element(budgets.begin(), budgets.end(), [](const auto& a, const auto& b) {
        return a.free_bytes.likely < b.free_bytes.likely;
    });
    const RankPlacement& rank = tightest->placement;
    const std::uint64_t cache = options_.kv_cache_bytes.value_or(rank.kv_bytes_per_token);
    if (tightest->free_bytes.likely >= static_cast<std::int64_t>(cache)) return "";
    std::string terms;
    for (const MemoryTerm& term : tightest->terms) {
        terms += fmt::format("{}{} of {}", terms.empty() ? "" : ", ",
                             format_bytes(static_cast<std::uint64_t>(term.bytes.likely)), term.name);
    }
    if (options_.kv_cache_bytes) terms += fmt::format(", {} of KV cache", format_bytes(cache));
    return fmt::format("does not fit: {}: {} do not go into {}, which is gpu_memory_utilization {} of {}", where(rank),
                       terms, format_bytes(*rank.memory_bytes), options_.gpu_memory_utilization,
                       format_bytes(tightest->device_bytes));
}

std::string Candidate::cpu_refusal(const std::vector<RankBudget>& budgets) const {
    for (std::size_t h = 0; h < devices_.hosts.size(); ++h) {
        const HostDevices& host = devices_.hosts[h];
        if (!host.memory_available_bytes) continue;
        HostNeed need;
        need.processes = h == 0 ? cpu_server_bytes : 0;
        for (const RankBudget& budget : budgets) {
            if (budget.placement.host != host.host) continue;
            need.weights += budget.placement.weight_bytes;
            need.cache += kv_cache_bytes();
            need.processes += cpu_worker_bytes;
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
std::string Candidate::length_refusal(const Layout& layout) const {
    if (is_cache_what_remains() || layout.kv_tokens->likely >= options_.max_model_len) return "";
    return fmt::format(
        "{} of KV cache hold {} tokens on rank {}, fewer than one request of max_model_len {}, and the "
        "engine refuses to start; lower [serve] max_model_len or raise [engine] kv_cache_bytes",
        format_bytes(kv_cache_bytes()), tokens_text(layout.kv_tokens->likely), *layout.limiting_rank,
        tokens_text(options_.max_model_len));
}

std::string Candidate::explanation(const Layout& layout) const {
    std::string text;
    if (sizes_.tensor_parallel > 1) {
        text = spans_hosts() ? fmt::format(
                                   "tensor-parallel groups of {} span hosts: two all-reduces a layer go over the "
                                   "network",
                                   sizes_.tensor_parallel)
                             : fmt::format("tensor-parallel groups of {} stay inside a host", sizes_.tensor_parallel);
    } else {
        text = "no tensor parallelism: each rank has whole layers";
    }
    if (sizes_.pipeline_parallel > 1 && devices_.hosts.size() > 1 && !spans_hosts()) {
        text += "; pipeline stages send one message a step from host to host";
    }
    const RankPlacement& limiting = layout.ranks[static_cast<std::size_t>(*layout.limiting_rank)];
    text += fmt::format("; {} has room for {} tokens of KV cache, fewest of all", where(limiting),
                        tokens_text(layout.kv_tokens->likely));
    if (is_cache_what_remains()) {
        text += fmt::format(" (an estimate: {} to {})", tokens_text(std::max<std::int64_t>(0, layout.kv_tokens->low)),
                            tokens_text(layout.kv_tokens->high));
        if (layout.kv_tokens->likely < options_.max_model_len) {
            text += fmt::format(
                "; fewer than one request of max_model_len {}: the engine may refuse to start, set "
                "[serve] max_model_len",
                tokens_text(options_.max_model_len));
        }
    }
    for (const HostDevices& host : devices_.hosts) {
        if (devices_.is_gpu || host.memory_available_bytes) continue;
        text += fmt::format("; whether it fits in the memory of \"{}\" is unknown: {}", host.host,
                            host.memory_gap.empty() ? "not seen" : host.memory_gap);
    }
    return text + (devices_.note.empty() ? "" : "; " + devices_.note);
}

std::variant<Layout, RejectedLayout> Candidate::judged(const std::vector<int>& partition) const {
    const std::vector<RankBudget> ranks = budgets(partition);
    std::string refusal = devices_.is_gpu ? gpu_refusal(ranks) : cpu_refusal(ranks);
    if (!refusal.empty()) return RejectedLayout{sizes_.tensor_parallel, sizes_.pipeline_parallel, std::move(refusal)};

    Layout layout;
    layout.tensor_parallel = sizes_.tensor_parallel;
    layout.pipeline_parallel = sizes_.pipeline_parallel;
    layout.layers_per_stage = partition;
    layout.engine_version = options_.version ? options_.version->text() : "";
    layout.dtype = options_.dtype;
    layout.is_engine_default_partition = partition == default_partition(config_.layers, sizes_.pipeline_parallel);
    for (const RankBudget& budget : ranks) {
        layout.ranks.push_back(budget.placement);
        if (!layout.kv_tokens || budget.placement.kv_tokens->likely < layout.kv_tokens->likely) {
            layout.kv_tokens = budget.placement.kv_tokens;
            layout.limiting_rank = budget.placement.rank;
        }
    }
    refusal = length_refusal(layout);
    if (!refusal.empty()) return RejectedLayout{sizes_.tensor_parallel, sizes_.pipeline_parallel, std::move(refusal)};
    layout.because = explanation(layout);
    return layout;
}

}  // namespace r1cluster::detail
