// SPDX-License-Identifier: Apache-2.0
#include "engine/options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/capabilities.hpp"
#include "engine/definition.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

/// A value of the spec, or of a flag, which the engine reads later and which therefore counts.
template <class T>
T chosen(const std::optional<T>& flag, const std::optional<T>& key, T otherwise) {
    return flag ? *flag : key.value_or(otherwise);
}

std::optional<std::string> unless_auto(std::optional<std::string> value) {
    return value && (value->empty() || *value == "auto") ? std::nullopt : value;
}

/// Empty where all have it.
std::string gpu_without_bfloat16(const Devices& devices, const EngineOptions& options) {
    for (const HostDevices& host : devices.hosts) {
        for (const Device& device : host.devices) {
            if (!lacks_bfloat16(device, options)) continue;
            return fmt::format("{} of {} (compute capability {})", device.name.empty() ? "a GPU" : device.name,
                               host.host, device.compute_capability);
        }
    }
    return "";
}

void choose_dtypes(const EngineRequest& request, EngineOptions& options) {
    const EngineSpec& asked = request.spec.engine;
    const std::optional<std::string> flag = unless_auto(request.arguments.text("--dtype"));
    options.dtype = chosen(flag, unless_auto(asked.dtype), request.config.dtype);
    if (!flag && asked.dtype.empty() && options.dtype == "bfloat16") {
        if (const std::string gpu = gpu_without_bfloat16(request.devices, options); !gpu.empty()) {
            options.dtype = "float16";
            options.is_dtype_lowered = true;
            options.because.push_back(
                fmt::format("--dtype float16: {} has no bfloat16, and every rank computes in the same type", gpu));
        }
    }
    if (options.dtype == "half") options.dtype = "float16";
    options.kv_cache_dtype = chosen(unless_auto(request.arguments.text("--kv-cache-dtype")),
                                    unless_auto(asked.kv_cache_dtype), options.dtype);
}

}  // namespace

std::uint64_t least_memory(const Devices& devices) {
    std::uint64_t least = UINT64_MAX;
    for (const HostDevices& host : devices.hosts) {
        for (const Device& device : host.devices) least = std::min(least, device.memory_bytes);
    }
    return least;
}

bool lacks_bfloat16(const Device& device, const EngineOptions& options) {
    const auto* rule = options.knowledge->engine(options.name).find_capability_rule("bfloat16", options.version);
    const auto capability = capability_number(device.compute_capability);
    return rule && capability && *capability < rule->least;
}

std::string environment(const DeploymentSpec& spec, const std::string& name) {
    const auto found = spec.env.find(name);
    return found == spec.env.end() ? "" : found->second;
}

const knowledge::EngineMemory& memory_of(const Engine& engine, const Knowledge& knowledge) {
    const auto* row = knowledge.engine(engine.name).find_memory(engine.runner, engine.version);
    if (row) return *row;
    throw Error(ErrorKind::invalid_input, engine.name,
                fmt::format("looking up how the engine \"{}\" takes memory: no table has a row for it", engine.name));
}

void choose_common_options(const EngineRequest& request, const OptionFlags& flags, EngineOptions& options) {
    const DeploymentSpec& spec = request.spec;
    const EngineArguments& arguments = request.arguments;
    options.gpu_memory_utilization =
        chosen(arguments.number(flags.memory_share), spec.engine.gpu_memory_utilization, flags.default_share);
    options.kv_cache_bytes = spec.engine.kv_cache_bytes;
    options.max_model_len =
        chosen(arguments.whole_number(flags.max_model_len), spec.serve.max_model_len, request.config.max_position);
    options.max_model_len = std::clamp<std::int64_t>(options.max_model_len, 1, std::int64_t{1} << 40);
    options.is_eager = arguments.flag(flags.eager).value_or(spec.engine.is_eager);
    options.is_custom_all_reduce = !arguments.flag("--disable-custom-all-reduce").value_or(false);
    options.has_dummy_weights = arguments.text("--load-format") == "dummy";
    options.speculative_tokens = spec.engine.speculative_tokens;
    options.are_graphs_in_budget = options.memory->are_graphs_estimated;
    choose_dtypes(request, options);
}

void choose_batch(const EngineRequest& request, const OptionFlags& flags, const BatchDefaults& defaults,
                  EngineOptions& options) {
    const EngineSpec& asked = request.spec.engine;
    options.max_batched_tokens =
        chosen(request.arguments.whole_number(flags.max_batched_tokens), asked.max_batched_tokens, defaults.tokens);
    options.max_sequences =
        chosen(request.arguments.whole_number(flags.max_sequences), asked.max_sequences, defaults.sequences);
    // No engine has more; products of these stay within 64 bits.
    options.max_batched_tokens = std::clamp<std::int64_t>(options.max_batched_tokens, 1, 1 << 24);
    options.max_sequences = std::clamp<std::int64_t>(options.max_sequences, 1, 1 << 20);
}

void choose_block_size(const EngineRequest& request, const OptionFlags& flags, std::int64_t otherwise,
                       EngineOptions& options) {
    const std::int64_t asked = request.arguments.whole_number(flags.block_size).value_or(otherwise);
    options.block_size = std::clamp<std::int64_t>(asked, 1, 1 << 16);
}

}  // namespace r1cluster::detail

namespace r1cluster {

Loading Engine::loading() const {
    return {.engine = version ? version->text() : "",
            .dtype = dtype,
            .drafts_next_tokens = speculative_tokens > 0,
            .expert_placement = expert_placement};
}

}  // namespace r1cluster
