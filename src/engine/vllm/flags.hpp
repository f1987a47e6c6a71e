// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "r1cluster/base/version.hpp"

namespace r1cluster::detail {

/// What vLLM can do, and since which version.
enum class EngineFeature {
    served_by_us,          ///< the oldest version whose command line is known here
    serve_command,         ///< `python -m vllm.entrypoints.cli.main serve`
    several_hosts_by_mp,   ///< --nnodes, --node-rank, --master-addr, --master-port, --headless
    kv_cache_bytes,        ///< --kv-cache-memory-bytes
    compilation_mode,      ///< {"mode": ...} in --compilation-config; "level" before
    ray_ranks_in_workers,  ///< with Ray, rank 0 is a Ray worker too, not the server's own process
};

std::string_view since(EngineFeature feature);
bool has(const Version& engine, EngineFeature feature);

}  // namespace r1cluster::detail
