// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {
namespace {

EngineVariable threads_bind(const VariableRequest& request) {
    const std::string name = "VLLM_CPU_OMP_THREADS_BIND";
    if (request.is_shared_machine) {
        return {name, "nobind",
                "hosts of this deployment share one machine, and each would bind its threads to the same cores"};
    }
    if (request.numa_nodes < static_cast<std::size_t>(request.ranks_on_machine)) {
        return {name, "nobind",
                fmt::format("{} ranks on {} NUMA nodes: the engine binds one rank to a node, and refuses more",
                            request.ranks_on_machine, request.numa_nodes)};
    }
    return {name, std::nullopt, "the engine binds each rank to a NUMA node of its own"};
}

EngineVariable cpu_cache(const VariableRequest& request) {
    constexpr std::uint64_t gib = 1ull << 30;
    const std::uint64_t bytes = request.kv_cache_bytes.value_or(default_cpu_kv_cache_bytes);
    std::string because = request.kv_cache_bytes ? "kv_cache_bytes of the spec"
                                                 : "a KV cache of 1 GiB a rank unless the spec says otherwise";
    if (bytes % gib != 0) because += fmt::format(", {} bytes, rounded up: the engine reads whole GiB", bytes);
    return {"VLLM_CPU_KVCACHE_SPACE", std::to_string((bytes + gib - 1) / gib), because};
}

}  // namespace

std::vector<EngineVariable> variables(const VariableRequest& request) {
    std::vector<EngineVariable> all;
    const std::string address(address_variable);
    if (request.address.empty()) {
        all.push_back({address, std::nullopt, "the address of this host towards its peers is not known"});
    } else {
        all.push_back({address, request.address, request.address_because});
    }
    if (!request.is_on_gpus) {
        all.push_back(threads_bind(request));
        all.push_back(cpu_cache(request));
    }
    all.push_back({"VLLM_NO_USAGE_STATS", "1", "nothing about the hosts leaves them"});
    all.push_back({"VLLM_CACHE_ROOT", "{state}/cache",
                   "code compiled for one layout breaks another (\"invalid device ordinal\"), so each deployment has "
                   "its own cache"});
    if (!request.partition.empty()) {
        all.push_back({std::string(partition_variable), fmt::format("{}", fmt::join(request.partition, ",")),
                       "the layers of each stage are not the engine's own split; every rank must be told the same"});
    }
    return all;
}

}  // namespace r1cluster::detail::vllm
