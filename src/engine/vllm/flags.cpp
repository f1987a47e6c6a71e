// SPDX-License-Identifier: Apache-2.0
#include "engine/vllm/flags.hpp"

#include <algorithm>
#include <array>

namespace r1cluster::detail {
namespace {

struct Row {
    EngineFeature feature;
    std::string_view since;
    std::string_view source;
};

// Where a later version is given than the first that has it, the source says what was looked at; older ones then
// get the form that they are known to take, or a refusal.
constexpr std::array rows{
    Row{EngineFeature::served_by_us, "0.6.4", "vLLM's argument parser at v0.6.4.post1"},
    Row{EngineFeature::serve_command, "0.11.1",
        "ran with 0.25.1 and 0.32.0; api_server, used before, is in every version"},
    Row{EngineFeature::several_hosts_by_mp, "0.11.1",
        "vLLM release notes v0.11.1; tag-to-tag difference of the parser"},
    Row{EngineFeature::kv_cache_bytes, "0.11.1", "ran with 0.25.1; versions before 0.11.1 were not looked at"},
    Row{EngineFeature::compilation_mode, "0.11.1", "ran with 0.32.0; CompilationConfig.level became mode in 0.11.1"},
    Row{EngineFeature::ray_ranks_in_workers, "0.8.0", "the V1 engine became the default in v0.8.0"},
};

}  // namespace

std::string_view since(EngineFeature feature) { return std::ranges::find(rows, feature, &Row::feature)->since; }

bool has(const Version& engine, EngineFeature feature) {
    const Version first = Version::parse(since(feature));
    return engine >= first;
}

}  // namespace r1cluster::detail
