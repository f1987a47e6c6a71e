// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {
namespace {

using knowledge::LatentCopies;

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

/// vllm/config/vllm.py, DEFAULT_V2_MODEL_RUNNER_ARCHITECTURES of 0.25.1: dense models besides.
bool is_by_second_runner(const ModelConfig& config) {
    static constexpr std::array<std::string_view, 2> mixtures = {"DeepseekV2ForCausalLM", "Qwen2MoeForCausalLM"};
    return !config.experts || std::ranges::count(mixtures, config.architecture) > 0;
}

knowledge::Runner runner_of(const EngineRequest& request, const std::optional<Version>& version) {
    const std::string wanted = environment(request.spec, "VLLM_USE_V1");
    if (is_before(version, "0.8.0")) return wanted == "1" ? knowledge::Runner::v1 : knowledge::Runner::v0;
    // vllm/engine/arg_utils.py, _is_v1_supported_oracle; 0.11 has no first engine any more
    const bool is_old_gpu = is_any(request.devices, [](const Device& device) { return is_older(device, "8.0"); });
    if (is_before(version, "0.11.0") && (wanted == "0" || is_old_gpu)) return knowledge::Runner::v0;
    if (is_before(version, "0.25.0")) return knowledge::Runner::v1;
    const std::string second = environment(request.spec, "VLLM_USE_V2_MODEL_RUNNER");
    if (!second.empty()) return second == "0" ? knowledge::Runner::v1 : knowledge::Runner::v2;
    const bool is_for_all = !is_before(version, "0.32.0");
    return is_for_all || is_by_second_runner(request.config) ? knowledge::Runner::v2 : knowledge::Runner::v1;
}

/// Latent attention as this version sees it: 0.7.1 had it for FP8 and unquantised weights only.
bool has_latent_cache(const EngineRequest& request, EngineOptions& options) {
    const ModelConfig& config = request.config;
    if (!config.latent_attention || options.memory->latent_copies == LatentCopies::unknown_attention) return false;
    if (environment(request.spec, "VLLM_MLA_DISABLE") == "1") return false;
    if (!config.quantization || config.quantization->method == "fp8" || !is_before(options.version, "0.7.2"))
        return true;
    options.because.push_back(fmt::format("vLLM {} has no latent attention for {} weights: whole heads are cached",
                                          options.version->text(), config.quantization->method));
    return false;
}

/// vllm/engine/arg_utils.py, for an API server: 70 GiB from 0.8 on, and not an A100 (#17885); 160 GiB from 0.25 on.
BatchDefaults second_engine_defaults(const EngineRequest& request, const EngineOptions& options) {
    const std::uint64_t memory = least_memory(request.devices);
    const bool is_a100 =
        is_any(request.devices, [](const Device& device) { return device.name.find("A100") != std::string::npos; });
    if (memory >= 160 * gib && !is_before(options.version, "0.32.0")) return {16384, 1024};
    if (memory >= 70 * gib && !is_a100) return {8192, 1024};
    return {2048, 256};
}

bool is_prefill_chunked_by_first_engine(const EngineRequest& request, EngineOptions& options) {
    constexpr std::int64_t long_context = 32768;
    const std::optional<bool> wanted = request.arguments.flag("--enable-chunked-prefill");
    const bool is_chunked = wanted.value_or(options.max_model_len > long_context);
    // vllm/config.py of 0.7.1: "MLA is enabled; forcing chunked prefill and prefix caching to be disabled."
    if (options.has_latent_cache && (wanted.value_or(false) || request.arguments.flag("--enable-prefix-caching"))) {
        options.because.push_back(
            fmt::format("vLLM {} turns chunked prefill and prefix caching off for latent attention without an error: "
                        "these flags do nothing",
                        options.version ? options.version->text() : request.spec.engine.version));
    }
    // There it is turned off after the number of tokens was chosen; from 0.8 on, before.
    return is_chunked && (!options.has_latent_cache || options.memory->latent_copies == LatentCopies::absorbed);
}

/// config.py, SchedulerConfig: whole prompts in one step unless they are chunked.
BatchDefaults first_engine_defaults(const EngineRequest& request, EngineOptions& options) {
    const std::int64_t whole = std::max<std::int64_t>(options.max_model_len, 2048);
    const bool is_chunked = is_prefill_chunked_by_first_engine(request, options);
    return {is_chunked ? options.memory->chunked_prefill_tokens : whole, 256};
}

/// FlashMLA has blocks of 64 tokens (vllm/platforms/cuda.py): latent attention on Hopper from 0.8 on.
std::int64_t default_block_size(const EngineOptions& options, const Devices& devices) {
    const bool is_hopper = !devices.hosts.empty() && !devices.hosts.front().devices.empty() &&
                           devices.hosts.front().devices.front().compute_capability == "9.0";
    return options.has_latent_cache && is_hopper && !is_before(options.version, "0.8.0") ? 64 : 16;
}

}  // namespace

void choose_options(const EngineRequest& request, EngineOptions& options) {
    const EngineArguments& arguments = request.arguments;
    options.runner = runner_of(request, options.version);
    options.memory = &memory_of(options, *options.knowledge);
    options.has_latent_cache = has_latent_cache(request, options);
    choose_common_options(request, {.memory_share = "--gpu-memory-utilization", .max_model_len = "--max-model-len"},
                          options);
    if (const auto bytes = arguments.whole_number("--kv-cache-memory-bytes")) {
        options.kv_cache_bytes = static_cast<std::uint64_t>(*bytes);
    }
    const bool is_first = options.runner == knowledge::Runner::v0;
    choose_batch(request, is_first ? first_engine_defaults(request, options) : second_engine_defaults(request, options),
                 options);
    if (environment(request.spec, "VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS") == "0") {
        options.are_graphs_in_budget = false;
    }
    if (request.config.experts &&
        arguments.text("--expert-placement-strategy") == to_text(ExpertPlacement::round_robin)) {
        options.expert_placement = ExpertPlacement::round_robin;
    }
    choose_block_size(request, default_block_size(options, request.devices), options);
    if (is_first) {
        constexpr double most = 1 << 20;
        const double swap_gib = std::clamp(arguments.number("--swap-space").value_or(4), 0.0, most);
        options.swap_space_bytes = static_cast<std::int64_t>(swap_gib * static_cast<double>(gib));
    }
}

}  // namespace r1cluster::detail::vllm
