// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_model.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

using knowledge::Accounting;
using knowledge::MemoryFigure;

/// A log has two digits of a GiB; 1 % besides, for what differs from start to start.
WholeInterval about(std::uint64_t measured) {
    const auto bytes = static_cast<std::int64_t>(measured);
    return {bytes - bytes / 100, bytes, bytes + bytes / 100};
}

MemoryTerm measured_term(const std::string& name, std::uint64_t bytes, bool is_in_budget = true) {
    return {name, about(bytes), is_in_budget, "measured: " + format_bytes(bytes)};
}

/// The engine counts from the total that CUDA reports, which is NVML's less this.
MemoryTerm reserve(const EngineOptions& options, const Device& device) {
    WholeInterval bytes = in_mib(options.knowledge->figure(MemoryFigure::driver_reserve_mib));
    std::string because = "not seen; 551 MiB of an H100 80 GB, 616 of an H200, about 270 of a T4";
    if (device.memory_reserved_bytes) {
        bytes = exactly(static_cast<std::int64_t>(*device.memory_reserved_bytes));
        because = "NVML";
    }
    const auto share = [&](std::int64_t all) {
        return static_cast<std::int64_t>(static_cast<double>(all) * options.gpu_memory_utilization);
    };
    return {"driver's reserve",
            {share(bytes.low), share(bytes.likely), share(bytes.high)},
            true,
            fmt::format("{} of what the driver keeps to itself ({}): CUDA does not count it",
                        options.gpu_memory_utilization, because)};
}

std::string ranks_text(const LayoutSizes& sizes) {
    const int ranks = sizes.world_size();
    return ranks == 1 ? "1 rank" : fmt::format("{} ranks", ranks);
}

/// GPUs without NVLink give NCCL two to four channels of 10 MiB, where those with it have 24; and their contexts are
/// smaller.
bool is_small(const Device& device) { return device.memory_bytes < std::uint64_t{40} << 30; }

/// Whether the engine counts all that is on the device, the CUDA context too.
bool counts_all(Accounting accounting) {
    return accounting == Accounting::device_in_use || accounting == Accounting::free_after_load;
}

/// What torch did not allocate, as the engine's own accounting sees it.
MemoryTerm counted_non_torch(const EngineOptions& options, const LayoutSizes& sizes, const Device& device) {
    const int ranks = sizes.world_size();
    const Accounting accounting = options.memory->accounting;
    MemoryTerm term{"context and NCCL", {}, true, ""};
    if (is_small(device)) {
        term.bytes = in_mib(options.knowledge->find_context_memory("small gpu", ranks).mib);
        term.because = fmt::format("{} on a GPU below 40 GiB: a small context, few channels of NCCL (not measured)",
                                   ranks_text(sizes));
        return term;
    }
    if (accounting == Accounting::since_after_nccl) term.name = "kernels and NCCL";
    if (accounting == Accounting::since_before_nccl) term.name = "NCCL and kernels";
    const knowledge::ContextMemory& row = options.knowledge->find_context_memory(
        to_text(counts_all(accounting) ? Accounting::device_in_use : accounting), ranks);
    term.bytes = in_mib(row.mib);
    term.because = fmt::format("{}: {}", ranks_text(sizes), row.source);
    return term;
}

/// What is gone when the engine takes its first look: beside the budget, and it must be free all the same.
MemoryTerm uncounted_non_torch(const EngineOptions& options, const LayoutSizes& sizes) {
    const bool has_nccl = options.memory->accounting == Accounting::since_after_nccl && sizes.world_size() > 1;
    const knowledge::ContextMemory& row =
        options.knowledge->find_context_memory("before accounting", has_nccl ? sizes.world_size() : 1);
    return {has_nccl ? "context and NCCL" : "context", in_mib(row.mib), false, row.source};
}

void add_non_torch(std::vector<MemoryTerm>& terms, const EngineOptions& options, const LayoutSizes& sizes,
                   const Device& device, const RankCalibration* measured) {
    const Accounting accounting = options.memory->accounting;
    if (measured && measured->non_torch_bytes) {
        terms.push_back(measured_term("non-torch", *measured->non_torch_bytes));
    } else {
        terms.push_back(counted_non_torch(options, sizes, device));
    }
    if (!counts_all(accounting)) terms.push_back(uncounted_non_torch(options, sizes));
    if (sizes.tensor_parallel > 1 && sizes.tensor_parallel <= 8 && options.is_custom_all_reduce && !is_small(device) &&
        !(measured && measured->non_torch_bytes)) {
        terms.push_back({"custom all-reduce", in_mib(options.knowledge->figure(MemoryFigure::custom_all_reduce_mib)),
                         accounting != Accounting::since_after_nccl,
                         "two buffers and rank data of 8 MiB each (custom_all_reduce.py); none over hosts or more than "
                         "two GPUs without NVLink"});
    }
}

/// The engine's sizes of batches: 1, 2, 4, then steps of 8, and of 16 from 256 on where sizes go to 512.
std::int64_t graph_sizes(const EngineOptions& options) {
    const bool is_first = options.runner == knowledge::Runner::v0;
    const std::int64_t most = is_first ? std::min<std::int64_t>(options.max_sequences, 256)
                                       : std::min<std::int64_t>(2 * options.max_sequences, 512);
    return 3 + std::min<std::int64_t>(most, 248) / 8 + (most >= 256 ? (most - 256) / 16 + 1 : 0);
}

void add_graphs(std::vector<MemoryTerm>& terms, const EngineOptions& options, const ModelConfig& config,
                const StageLoad& stage, const RankCalibration* measured) {
    if (options.is_eager) return;
    if (measured && measured->graph_bytes) {
        terms.push_back(measured_term("CUDA graphs", *measured->graph_bytes, options.are_graphs_in_budget));
        return;
    }
    const std::int64_t sizes = graph_sizes(options);
    const bool has_two_kinds = options.memory->accounting == Accounting::since_after_nccl;
    const std::int64_t pieces = sizes * (has_two_kinds ? 2 : 1) * stage.layer_count;
    // Capturing takes as much for half of the layers as for all of them: 2.26 and 2.39 GiB of 8 and 16 layers with
    // experts, 0.85 and 0.98 GiB of 16 and 32 without (on H200, docs/measurements).
    const std::int64_t base_mib = has_two_kinds ? 512 : 0;
    const std::int64_t likely = (config.experts ? 512 : 256) / (has_two_kinds ? 2 : 1);  // KiB
    // In 2025-01 builds each of R1's graphs held its own expert buffers: 10 GB.
    const std::int64_t high = !config.experts ? 768 : options.runner == knowledge::Runner::v0 ? 5120 : 2048;
    terms.push_back(
        {"CUDA graphs",
         {pieces * 64 << 10, (base_mib << 20) + (pieces * likely << 10), (base_mib << 21) + (pieces * high << 10)},
         options.are_graphs_in_budget,
         fmt::format("{}{} sizes x {} layers{}, about {} KiB each; {}",
                     base_mib > 0 ? fmt::format("{} MiB, and ", base_mib) : "", sizes, stage.layer_count,
                     has_two_kinds ? " x whole and in pieces" : "", likely,
                     options.are_graphs_in_budget ? "the engine takes its own estimate off the budget"
                                                  : "on top of the budget")});
}

/// Chunked prefill over the latent cache gathers its rows here; the metadata builder has it once the cache is there.
void add_latent_workspace(std::vector<MemoryTerm>& terms, const EngineOptions& options, const ModelConfig& config) {
    const std::int64_t most = options.memory->latent_workspace_tokens;
    if (!options.has_latent_cache || most == 0) return;
    const LatentAttention& latent = *config.latent_attention;
    const std::int64_t tokens =
        std::max(std::min(most, std::max(8 * options.max_model_len, 4 * options.max_sequences * options.block_size)),
                 options.max_sequences * options.block_size);
    const std::int64_t bytes = tokens * (latent.kv_lora_rank + latent.qk_rope_head_dim) * 2;
    terms.push_back({"latent prefill workspace", exactly(bytes),
                     options.memory->accounting == Accounting::device_in_use,
                     fmt::format("{} tokens x {} x 2 bytes", tokens, latent.kv_lora_rank + latent.qk_rope_head_dim)});
}

}  // namespace

std::vector<MemoryTerm> memory_terms(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                                     const StageLoad& stage, const Device& device, const RankCalibration* measured) {
    std::vector<MemoryTerm> terms;
    if (measured && measured->weights_bytes) {
        terms.push_back(measured_term("weights", *measured->weights_bytes));
    } else {
        terms = weight_terms(options, config, sizes, stage);
    }
    terms.push_back(reserve(options, device));
    add_non_torch(terms, options, sizes, device, measured);
    MemoryTerm peak = measured && measured->activation_bytes ? measured_term("activations", *measured->activation_bytes)
                                                             : peak_term(options, config, sizes, stage);
    if (options.memory->accounting == Accounting::free_after_load) peak.is_in_budget = false;
    terms.push_back(std::move(peak));
    add_latent_workspace(terms, options, config);
    add_graphs(terms, options, config, stage, measured);
    return terms;
}

WholeInterval kv_cache_left(const EngineOptions& options, const std::vector<MemoryTerm>& terms,
                            std::uint64_t device_bytes) {
    const auto budget = static_cast<std::int64_t>(static_cast<double>(device_bytes) * options.gpu_memory_utilization);
    WholeInterval left{budget, budget, budget};
    for (const MemoryTerm& term : terms) {
        if (!term.is_in_budget) continue;
        left.low -= term.bytes.high;
        left.likely -= term.bytes.likely;
        left.high -= term.bytes.low;
    }
    return left;
}

std::int64_t tokens_in(std::int64_t bytes, std::uint64_t bytes_per_token, std::int64_t block_tokens) {
    const auto per_token = static_cast<std::int64_t>(bytes_per_token);
    return bytes < 0 ? bytes / per_token : bytes / (per_token * block_tokens) * block_tokens;
}

WholeInterval tokens_in(const WholeInterval& bytes, std::uint64_t bytes_per_token, std::int64_t block_tokens) {
    const auto tokens = [&](std::int64_t of) { return tokens_in(of, bytes_per_token, block_tokens); };
    return {tokens(bytes.low), tokens(bytes.likely), tokens(bytes.high)};
}

}  // namespace r1cluster::detail
