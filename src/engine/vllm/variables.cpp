// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>

#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {
namespace {

using Choice = std::optional<VariableChoice>;

Choice threads_bind(const knowledge::Variable&, const VariableRequest& request) {
    if (request.is_shared_machine) {
        return VariableChoice{
            "nobind", "hosts of this deployment share one machine, and each would bind its threads to the same cores"};
    }
    if (request.numa_nodes < static_cast<std::size_t>(request.ranks_on_machine)) {
        return VariableChoice{"nobind",
                              fmt::format("{} ranks on {} NUMA nodes: the engine binds one rank to a node, and refuses "
                                          "more",
                                          request.ranks_on_machine, request.numa_nodes)};
    }
    return VariableChoice{std::nullopt, "the engine binds each rank to a NUMA node of its own"};
}

Choice cpu_cache(const knowledge::Variable& row, const VariableRequest& request) {
    constexpr std::uint64_t gib = 1ull << 30;
    const std::uint64_t bytes = request.kv_cache_bytes.value_or(default_cpu_kv_cache_bytes);
    std::string because = request.kv_cache_bytes ? "kv_cache_bytes of the spec"
                                                 : "a KV cache of 1 GiB a rank unless the spec says otherwise";
    if (bytes % gib != 0) because += fmt::format(", {} bytes, rounded up: {}", bytes, row.because);
    return VariableChoice{std::to_string((bytes + gib - 1) / gib), because};
}

Choice start_timeout(const knowledge::Variable& row, const VariableRequest& request) {
    return VariableChoice{std::to_string(request.start_timeout_s), row.because};
}

constexpr std::array rules{
    VariableRule{"cpu_threads_bind", &threads_bind},
    VariableRule{"cpu_cache_gib", &cpu_cache},
    VariableRule{"layers_of_stages", &layers_of_stages},
    VariableRule{"start_timeout", &start_timeout},
};

}  // namespace

std::span<const VariableRule> variable_rules() { return rules; }

}  // namespace r1cluster::detail::vllm
