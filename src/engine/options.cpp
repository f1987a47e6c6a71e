// SPDX-License-Identifier: Apache-2.0
#include "engine/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/arguments.hpp"
#include "engine/packages.hpp"

namespace r1cluster::detail {
namespace {

using knowledge::LatentCopies;
using knowledge::Runner;

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

std::uint64_t least_memory(const Devices& devices) {
    std::uint64_t least = UINT64_MAX;
    for (const HostDevices& host : devices.hosts) {
        for (const Device& device : host.devices) least = std::min(least, device.memory_bytes);
    }
    return least;
}

bool is_older(const Device& device, std::string_view capability) {
    const auto has = Version::try_parse(device.compute_capability);
    return has && *has < Version::parse(capability);
}

template <class Holds>
bool is_any(const Devices& devices, Holds holds) {
    return std::any_of(devices.hosts.begin(), devices.hosts.end(), [&](const HostDevices& host) {
        return std::any_of(host.devices.begin(), host.devices.end(), holds);
    });
}

bool is_before(const std::optional<Version>& version, std::string_view release) {
    return version && *version < Version::parse(release);
}

/// What the spec sets in the environment of every host.
std::string environment(const DeploymentSpec& spec, const std::string& name) {
    const auto found = spec.env.find(name);
    return found == spec.env.end() ? "" : found->second;
}

/// vllm/config/vllm.py, DEFAULT_V2_MODEL_RUNNER_ARCHITECTURES of 0.25.1: dense models besides.
bool is_by_second_runner(const ModelConfig& config) {
    static constexpr std::array<std::string_view, 2> mixtures = {"DeepseekV2ForCausalLM", "Qwen2MoeForCausalLM"};
    return !config.experts || std::ranges::count(mixtures, config.architecture) > 0;
}

Runner runner_of(const DeploymentSpec& spec, const EngineOptions& options, const ModelConfig& config,
                 const Devices& devices) {
    if (options.engine == "sglang") return Runner::sglang;
    const std::string wanted = environment(spec, "VLLM_USE_V1");
    if (is_before(options.version, "0.8.0")) return wanted == "1" ? Runner::v1 : Runner::v0;
    // vllm/engine/arg_utils.py, _is_v1_supported_oracle; 0.11 has no first engine any more
    const bool is_old_gpu = is_any(devices, [](const Device& device) { return is_older(device, "8.0"); });
    if (is_before(options.version, "0.11.0") && (wanted == "0" || is_old_gpu)) return Runner::v0;
    if (is_before(options.version, "0.25.0")) return Runner::v1;
    const std::string second = environment(spec, "VLLM_USE_V2_MODEL_RUNNER");
    if (!second.empty()) return second == "0" ? Runner::v1 : Runner::v2;
    const bool is_for_all = !is_before(options.version, "0.32.0");
    return is_for_all || is_by_second_runner(config) ? Runner::v2 : Runner::v1;
}

/// Latent attention as this version sees it: 0.7.1 had it for FP8 and unquantised weights only.
bool has_latent_cache(const DeploymentSpec& spec, EngineOptions& options, const ModelConfig& config) {
    if (!config.latent_attention || options.memory->latent_copies == LatentCopies::unknown_attention) return false;
    if (environment(spec, "VLLM_MLA_DISABLE") == "1") return false;
    if (!config.quantization || config.quantization->method == "fp8" || !is_before(options.version, "0.7.2"))
        return true;
    options.because.push_back(fmt::format("vLLM {} has no latent attention for {} weights: whole heads are cached",
                                          options.version->text(), config.quantization->method));
    return false;
}

struct BatchDefaults {
    std::int64_t tokens;
    std::int64_t sequences;
};

/// vllm/engine/arg_utils.py, for an API server: 70 GiB from 0.8 on, and not an A100 (#17885); 160 GiB from 0.25 on.
BatchDefaults second_engine_defaults(const EngineOptions& options, const Devices& devices) {
    const std::uint64_t memory = least_memory(devices);
    const bool is_a100 =
        is_any(devices, [](const Device& device) { return device.name.find("A100") != std::string::npos; });
    if (memory >= 160 * gib && !is_before(options.version, "0.32.0")) return {16384, 1024};
    if (memory >= 70 * gib && !is_a100) return {8192, 1024};
    return {2048, 256};
}

/// config.py, SchedulerConfig: whole prompts in one step unless they are chunked.
BatchDefaults first_engine_defaults(const EngineOptions& options, bool is_chunked) {
    const std::int64_t whole = std::max<std::int64_t>(options.max_model_len, 2048);
    return {is_chunked ? options.memory->chunked_prefill_tokens : whole, 256};
}

bool is_prefill_chunked_by_first_engine(const DeploymentSpec& spec, const EngineArguments& arguments,
                                        EngineOptions& options) {
    constexpr std::int64_t long_context = 32768;
    const std::optional<bool> wanted = arguments.flag("--enable-chunked-prefill");
    const bool is_chunked = wanted.value_or(options.max_model_len > long_context);
    // vllm/config.py of 0.7.1: "MLA is enabled; forcing chunked prefill and prefix caching to be disabled."
    if (options.has_latent_cache && (wanted.value_or(false) || arguments.flag("--enable-prefix-caching"))) {
        options.because.push_back(
            fmt::format("vLLM {} turns chunked prefill and prefix caching off for latent attention without an error: "
                        "these flags do nothing",
                        options.version ? options.version->text() : spec.engine.version));
    }
    // There it is turned off after the number of tokens was chosen; from 0.8 on, before.
    return is_chunked && (!options.has_latent_cache || options.memory->latent_copies == LatentCopies::absorbed);
}

/// A value of the spec, or of a flag, which the engine reads later and which therefore counts.
template <class T>
T chosen(const std::optional<T>& flag, const std::optional<T>& key, T otherwise) {
    return flag ? *flag : key.value_or(otherwise);
}

std::optional<std::string> unless_auto(std::optional<std::string> value) {
    return value && (value->empty() || *value == "auto") ? std::nullopt : value;
}

void choose_dtypes(const DeploymentSpec& spec, const EngineArguments& arguments, const ModelConfig& config,
                   const Devices& devices, EngineOptions& options) {
    const std::optional<std::string> dtype = unless_auto(arguments.text("--dtype"));
    options.dtype = chosen(dtype, unless_auto(spec.engine.dtype), config.dtype);
    if (!dtype && spec.engine.dtype.empty() && options.dtype == "bfloat16" &&
        is_any(devices, [](const Device& device) { return is_older(device, "8.0"); })) {
        options.dtype = "float16";
        options.because.push_back("float16: a GPU of compute capability below 8.0 has no bfloat16");
    }
    if (options.dtype == "half") options.dtype = "float16";
    options.kv_cache_dtype =
        chosen(unless_auto(arguments.text("--kv-cache-dtype")), unless_auto(spec.engine.kv_cache_dtype), options.dtype);
}

/// FlashMLA has blocks of 64 tokens (vllm/platforms/cuda.py): latent attention on Hopper from 0.8 on.
std::int64_t default_block_size(const EngineOptions& options, const Devices& devices) {
    if (options.engine == "sglang") return 1;
    const bool is_hopper = !devices.hosts.empty() && !devices.hosts.front().devices.empty() &&
                           devices.hosts.front().devices.front().compute_capability == "9.0";
    return options.has_latent_cache && is_hopper && !is_before(options.version, "0.8.0") ? 64 : 16;
}

/// The version that the spec demands, or the hosts have; unset where neither is known.
std::optional<Version> engine_version_of(const DeploymentSpec& spec, const Cluster& cluster) {
    if (!spec.engine.version.empty()) return Version::try_parse(spec.engine.version);
    for (const HostSpec& host : spec.hosts) {
        const Machine* machine = cluster.find(host.name);
        if (machine && engine_package(*machine)) return engine_version(*machine);
    }
    return std::nullopt;
}

}  // namespace

EngineOptions engine_options(const DeploymentSpec& spec, const Cluster& cluster, const ModelConfig& config,
                             const Devices& devices) {
    const EngineArguments arguments(spec.engine.extra_arguments);
    EngineOptions options;
    options.engine = spec.engine.name;
    options.version = engine_version_of(spec, cluster);
    const Runner runner = runner_of(spec, options, config, devices);
    options.memory = Knowledge::embedded().engine(options.engine).find_memory(runner, options.version);
    options.has_latent_cache = has_latent_cache(spec, options, config);
    const char* const share = runner == Runner::sglang ? "--mem-fraction-static" : "--gpu-memory-utilization";
    options.gpu_memory_utilization = arguments.number(share).value_or(spec.engine.gpu_memory_utilization);
    options.kv_cache_bytes = spec.engine.kv_cache_bytes;
    if (const auto bytes = arguments.whole_number("--kv-cache-memory-bytes")) {
        options.kv_cache_bytes = static_cast<std::uint64_t>(*bytes);
    }
    const char* const length = runner == Runner::sglang ? "--context-length" : "--max-model-len";
    options.max_model_len = chosen(arguments.whole_number(length), spec.serve.max_model_len, config.max_position);
    const BatchDefaults defaults =
        runner == Runner::v0
            ? first_engine_defaults(options, is_prefill_chunked_by_first_engine(spec, arguments, options))
            : second_engine_defaults(options, devices);
    options.max_batched_tokens =
        chosen(arguments.whole_number("--max-num-batched-tokens"), spec.engine.max_batched_tokens, defaults.tokens);
    options.max_sequences =
        chosen(arguments.whole_number("--max-num-seqs"), spec.engine.max_sequences, defaults.sequences);
    // No engine has more; products of these stay within 64 bits.
    options.max_batched_tokens = std::clamp<std::int64_t>(options.max_batched_tokens, 1, 1 << 24);
    options.max_sequences = std::clamp<std::int64_t>(options.max_sequences, 1, 1 << 20);
    options.max_model_len = std::clamp<std::int64_t>(options.max_model_len, 1, std::int64_t{1} << 40);
    options.has_made_up_weights = arguments.text("--load-format") == "dummy";
    options.is_eager = arguments.flag("--enforce-eager").value_or(spec.engine.is_eager);
    const std::string estimate = environment(spec, "VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS");
    options.are_graphs_in_budget = estimate == "0" ? false : options.memory->are_graphs_estimated;
    options.is_custom_all_reduce = !arguments.flag("--disable-custom-all-reduce").value_or(false);
    options.speculative_tokens = spec.engine.speculative_tokens;
    choose_dtypes(spec, arguments, config, devices, options);
    options.block_size = arguments.whole_number("--block-size").value_or(default_block_size(options, devices));
    options.block_size = std::clamp<std::int64_t>(options.block_size, 1, 1 << 16);
    if (runner == Runner::v0) {
        constexpr double most = 1 << 20;
        const double swap_gib = std::clamp(arguments.number("--swap-space").value_or(4), 0.0, most);
        options.swap_space_bytes = static_cast<std::int64_t>(swap_gib * static_cast<double>(gib));
    }
    return options;
}

Loading loading_of(const EngineOptions& options) {
    Loading loading;
    if (options.version) loading.engine = options.version->text();
    loading.dtype = options.dtype;
    loading.drafts_next_tokens = options.speculative_tokens > 0;
    return loading;
}

}  // namespace r1cluster::detail
