// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {
namespace {

using knowledge::EngineFeature;
using knowledge::LatentCopies;

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

/// The share is the one that serve_command() gives, whatever the release would take.
constexpr OptionFlags flags{.memory_share = "--gpu-memory-utilization",
                            .max_model_len = "--max-model-len",
                            .max_batched_tokens = "--max-num-batched-tokens",
                            .max_sequences = "--max-num-seqs",
                            .block_size = "--block-size",
                            .eager = "--enforce-eager",
                            .default_share = 0.9};

/// DEFAULT_V2_MODEL_RUNNER_ARCHITECTURES of 0.25.1: dense models besides.
bool is_by_second_runner(const ModelConfig& config) {
    static constexpr std::array<std::string_view, 2> mixtures = {"DeepseekV2ForCausalLM", "Qwen2MoeForCausalLM"};
    return !config.experts || std::ranges::count(mixtures, config.architecture) > 0;
}

knowledge::Runner runner_of(const EngineRequest& request, const EngineOptions& options) {
    const std::string wanted = environment(request.spec, "VLLM_USE_V1");
    if (!options.has(EngineFeature::second_engine)) {
        return wanted == "1" ? knowledge::Runner::v1 : knowledge::Runner::v0;
    }
    // The second engine refuses GPUs below compute capability 8.0, which are those without bfloat16.
    const bool is_old_gpu =
        is_any(request.devices, [&](const Device& device) { return lacks_bfloat16(device, options); });
    if (options.has(EngineFeature::first_engine) && (wanted == "0" || is_old_gpu)) return knowledge::Runner::v0;
    if (!options.has(EngineFeature::second_runner)) return knowledge::Runner::v1;
    const std::string second = environment(request.spec, "VLLM_USE_V2_MODEL_RUNNER");
    if (!second.empty()) return second == "0" ? knowledge::Runner::v1 : knowledge::Runner::v2;
    const bool is_for_all = options.has(EngineFeature::second_runner_for_all);
    return is_for_all || is_by_second_runner(request.config) ? knowledge::Runner::v2 : knowledge::Runner::v1;
}

/// Latent attention as this release sees it.
bool has_latent_cache(const EngineRequest& request, EngineOptions& options) {
    const ModelConfig& config = request.config;
    if (!config.latent_attention || options.memory->latent_copies == LatentCopies::unknown_attention) return false;
    if (environment(request.spec, "VLLM_MLA_DISABLE") == "1") return false;
    const bool is_plain = !config.quantization || config.quantization->method == "fp8";
    if (is_plain || options.has(EngineFeature::latent_cache_for_any_weights)) return true;
    options.because.push_back(fmt::format("vLLM {} has no latent attention for {} weights: whole heads are cached",
                                          options.version->text(), config.quantization->method));
    return false;
}

/// vllm/engine/arg_utils.py, for an API server: from 70 GiB on, and not an A100 (vllm-project/vllm#17885).
BatchDefaults second_engine_defaults(const EngineRequest& request, const EngineOptions& options) {
    const std::uint64_t memory = least_memory(request.devices);
    const bool is_a100 =
        is_any(request.devices, [](const Device& device) { return device.name.find("A100") != std::string::npos; });
    if (memory >= 160 * gib && options.has(EngineFeature::large_batches)) return {16384, 1024};
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

/// FlashMLA has blocks of 64 tokens: latent attention on Hopper.
std::int64_t default_block_size(const EngineOptions& options, const Devices& devices) {
    const bool is_hopper = !devices.hosts.empty() && !devices.hosts.front().devices.empty() &&
                           devices.hosts.front().devices.front().compute_capability == "9.0";
    return options.has_latent_cache && is_hopper && options.has(EngineFeature::latent_blocks_of_64) ? 64 : 16;
}

}  // namespace

void choose_options(const EngineRequest& request, EngineOptions& options) {
    const EngineArguments& arguments = request.arguments;
    options.runner = runner_of(request, options);
    options.memory = &memory_of(options, *options.knowledge);
    options.has_latent_cache = has_latent_cache(request, options);
    choose_common_options(request, flags, options);
    if (const auto bytes = arguments.whole_number("--kv-cache-memory-bytes")) {
        options.kv_cache_bytes = static_cast<std::uint64_t>(*bytes);
    }
    const bool is_first = options.runner == knowledge::Runner::v0;
    choose_batch(request, flags,
                 is_first ? first_engine_defaults(request, options) : second_engine_defaults(request, options),
                 options);
    if (environment(request.spec, "VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS") == "0") {
        options.are_graphs_in_budget = false;
    }
    if (request.config.experts &&
        arguments.text("--expert-placement-strategy") == to_text(ExpertPlacement::round_robin)) {
        options.expert_placement = ExpertPlacement::round_robin;
    }
    choose_block_size(request, flags, default_block_size(options, request.devices), options);
    if (is_first) {
        constexpr double most = 1 << 20;
        const double swap_gib = std::clamp(arguments.number("--swap-space").value_or(4), 0.0, most);
        options.swap_space_bytes = static_cast<std::int64_t>(swap_gib * static_cast<double>(gib));
    }
}

}  // namespace r1cluster::detail::vllm
