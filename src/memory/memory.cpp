// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/memory/memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/registry/registry.hpp"
#include "layout/words.hpp"
#include "memory/host_load.hpp"
#include "memory/memory_model.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster {
namespace {

using detail::Device;
using detail::EngineOptions;
using detail::tokens_text;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorKind::invalid_input, "layout", "forecasting the memory of a layout: " + what);
}

void check(const Layout& layout) {
    if (layout.ranks.empty()) refuse("it has no ranks; plan_layouts() fills them in");
    if (layout.tensor_parallel < 1 || layout.pipeline_parallel < 1 || layout.data_parallel < 1 ||
        layout.decode_context_parallel < 1) {
        refuse("its sizes must be 1 or more");
    }
    for (const RankPlacement& rank : layout.ranks) {
        if (!rank.gpu) refuse(fmt::format("rank {} has no GPU; a CPU's memory is the host's", rank.rank));
    }
}

const Device& device_of(const detail::Devices& devices, const RankPlacement& rank) {
    if (const Device* device = detail::find_device(devices, rank.host, *rank.gpu)) return *device;
    refuse(fmt::format("rank {} is on GPU {} of \"{}\", which the spec and the cluster do not have", rank.rank,
                       *rank.gpu, rank.host));
}

WholeInterval least(const WholeInterval& left, const WholeInterval& right) {
    return {std::min(left.low, right.low), std::min(left.likely, right.likely), std::min(left.high, right.high)};
}

/// A log has two digits of a GiB.
WholeInterval as_logged(std::uint64_t bytes) {
    constexpr std::int64_t half_digit = detail::gib / 200;
    const auto likely = static_cast<std::int64_t>(bytes);
    return {likely - half_digit, likely, likely + half_digit};
}

RankMemory rank_memory(const EngineOptions& options, const ModelConfig& config, const detail::LayoutSizes& sizes,
                       const RankPlacement& rank, const Device& device, const RankCalibration* measured) {
    RankMemory result;
    result.rank = rank.rank;
    result.device_bytes = device.memory_bytes;
    result.budget_bytes =
        static_cast<std::uint64_t>(static_cast<double>(device.memory_bytes) * options.gpu_memory_utilization);
    const std::uint64_t per_token = detail::kv_bytes_per_token(options, config, rank.layer_count, sizes);
    const detail::StageLoad stage{
        rank.pipeline_rank, rank.pipeline_rank == 0, rank.pipeline_rank == sizes.pipeline_parallel - 1,
        rank.layer_count,   rank.weight_bytes,       per_token};
    result.terms = memory_terms(options, config, sizes, stage, device, measured);
    if (options.kv_cache_bytes) {
        result.kv_cache_bytes = detail::exactly(static_cast<std::int64_t>(*options.kv_cache_bytes));
    } else if (measured && measured->kv_cache_bytes) {
        result.kv_cache_bytes = as_logged(*measured->kv_cache_bytes);
    } else {
        result.kv_cache_bytes = kv_cache_left(options, result.terms, device.memory_bytes);
    }
    result.kv_tokens =
        detail::tokens_in(result.kv_cache_bytes, per_token, options.block_size * sizes.decode_context_parallel);
    return result;
}

/// Fewest tokens of the ranks of each data-parallel part, which has a cache of its own.
std::map<int, WholeInterval> parts(const Layout& layout, const std::vector<RankMemory>& ranks) {
    std::map<int, WholeInterval> result;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        const auto [part, is_new] = result.try_emplace(layout.ranks[i].data_rank, ranks[i].kv_tokens);
        if (!is_new) part->second = least(part->second, ranks[i].kv_tokens);
    }
    return result;
}

WholeInterval divided(const WholeInterval& tokens, std::int64_t by, std::int64_t block) {
    const auto part = [&](std::int64_t all) { return all < 0 ? all : all / block / by * block; };
    return {part(tokens.low), part(tokens.likely), part(tokens.high)};
}

void add_pool(MemoryForecast& forecast, const EngineOptions& options, const Layout& layout,
              const Calibration& calibration) {
    WholeInterval smallest;
    if (calibration.kv_tokens) {
        const std::int64_t settled = *calibration.kv_tokens;
        forecast.kv_tokens = {settled, settled, settled};
        const std::int64_t part = settled / layout.data_parallel;
        smallest = {part, part, part};
    } else {
        const std::map<int, WholeInterval> of_parts = parts(layout, forecast.ranks);
        smallest = of_parts.begin()->second;
        for (const auto& [part, tokens] : of_parts) {
            smallest = least(smallest, tokens);
            forecast.kv_tokens.low += tokens.low;
            forecast.kv_tokens.likely += tokens.likely;
            forecast.kv_tokens.high += tokens.high;
        }
    }
    const bool has_virtual_engines = options.runner == knowledge::Runner::v0 && layout.pipeline_parallel > 1;
    const WholeInterval pool =
        has_virtual_engines ? divided(smallest, layout.pipeline_parallel, options.block_size) : smallest;
    forecast.longest_request_tokens =
        least(pool, {options.max_model_len, options.max_model_len, options.max_model_len});
    if (has_virtual_engines && pool.likely < options.max_model_len && smallest.likely >= options.max_model_len) {
        forecast.warnings.push_back(fmt::format(
            "max_model_len {} does not fit in one request, and the engine does not say so: it starts because {} tokens "
            "fit in all, but gives each of its {} pipeline stages a share of the blocks, and a request has one share; "
            "{} tokens fit, set [serve] max_model_len to that",
            tokens_text(options.max_model_len), tokens_text(smallest.likely), layout.pipeline_parallel,
            tokens_text(pool.likely)));
    } else if (smallest.likely < options.max_model_len) {
        forecast.warnings.push_back(fmt::format(
            "max_model_len {} does not fit: rank {} has room for {} tokens, and the engine refuses to start; set "
            "[serve] max_model_len to {} at most",
            tokens_text(options.max_model_len), forecast.limiting_rank, tokens_text(smallest.likely),
            tokens_text(pool.likely)));
    }
}

std::int64_t likely_bytes(const RankMemory& rank, bool is_in_budget) {
    std::int64_t bytes = 0;
    for (const MemoryTerm& term : rank.terms) {
        if (term.is_in_budget == is_in_budget) bytes += term.bytes.likely;
    }
    return bytes;
}

/// What lies beside the budget has the rest of the device.
void warn_of_overflow(MemoryForecast& forecast) {
    for (const RankMemory& rank : forecast.ranks) {
        const std::int64_t beside = likely_bytes(rank, false);
        const auto rest = static_cast<std::int64_t>(rank.device_bytes - std::min(rank.device_bytes, rank.budget_bytes));
        if (beside <= rest) continue;
        forecast.warnings.push_back(fmt::format(
            "rank {}: {} lie beside the engine's budget and {} are left there: it refuses to start or runs out of "
            "memory while it captures graphs; lower [engine] gpu_memory_utilization by {:.3f} or more",
            rank.rank, format_bytes(static_cast<std::uint64_t>(beside)), format_bytes(static_cast<std::uint64_t>(rest)),
            static_cast<double>(beside - rest) / static_cast<double>(rank.device_bytes)));
        return;  // the others say the same
    }
}

void warn_of_what_is_left_out(MemoryForecast& forecast, const EngineOptions& options, const Layout& layout) {
    if (options.speculative_tokens > 0) {
        forecast.warnings.push_back("weights, cache and buffers of the next-token layers are not in this forecast");
    }
    if (layout.is_expert_parallel && layout.data_parallel > 1) {
        forecast.warnings.push_back(
            "buffers in which tokens are sent to the ranks of their experts are not in this forecast: they depend on "
            "the engine's all-to-all backend");
    }
}

std::int64_t context_of(const DeploymentSpec& spec, const EngineOptions& options) {
    const bool is_asked_for = spec.serve.goal && spec.serve.goal->tokens > 0;
    return is_asked_for ? spec.serve.goal->tokens : options.max_model_len;
}

}  // namespace

MemoryForecast forecast_memory(const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint,
                               const Layout& layout, const Calibration& calibration, const Knowledge& knowledge) {
    check(layout);
    const detail::Devices devices = detail::devices_of(spec, cluster);
    const EngineOptions options = detail::options_of(layout.engine, "forecasting the memory of a layout", knowledge);
    const ModelConfig config = loaded_config(checkpoint, options.version, knowledge);
    const detail::LayoutSizes sizes = detail::sizes_of(layout);

    MemoryForecast forecast;
    std::map<int, const RankCalibration*> measured;
    for (const RankCalibration& rank : calibration.ranks) measured[rank.rank] = &rank;
    for (const RankPlacement& rank : layout.ranks) {
        const auto found = measured.find(rank.rank);
        forecast.ranks.push_back(rank_memory(options, config, sizes, rank, device_of(devices, rank),
                                             found == measured.end() ? nullptr : found->second));
    }
    forecast.limiting_rank =
        std::min_element(forecast.ranks.begin(), forecast.ranks.end(), [](const auto& left, const auto& right) {
            return left.kv_tokens.likely < right.kv_tokens.likely;
        })->rank;
    add_pool(forecast, options, layout, calibration);
    forecast.context_tokens = context_of(spec, options);
    const auto context = static_cast<double>(forecast.context_tokens);
    const auto fit = [&](std::int64_t tokens) {
        return static_cast<double>(std::max<std::int64_t>(0, tokens)) / context;
    };
    forecast.concurrency = {fit(forecast.kv_tokens.low), fit(forecast.kv_tokens.likely), fit(forecast.kv_tokens.high)};
    forecast.hosts = detail::host_loads(options, cluster, checkpoint, layout);
    warn_of_overflow(forecast);
    warn_of_what_is_left_out(forecast, options, layout);
    forecast.warnings.insert(forecast.warnings.end(), options.because.begin(), options.because.end());
    return forecast;
}

}  // namespace r1cluster
