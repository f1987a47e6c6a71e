// SPDX-License-Identifier: Apache-2.0
#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {

std::vector<int> default_partition(std::int64_t layers, int pipeline_parallel, const std::optional<Version>& version) {
    const Releases last_has_the_rest{.since = {}, .until = Release{0, 8}};  // vllm-project/vllm#13839
    const auto stages = static_cast<std::size_t>(pipeline_parallel);
    std::vector<int> partition(stages, static_cast<int>(layers / pipeline_parallel));
    const auto remainder = static_cast<std::size_t>(layers % pipeline_parallel);
    if (last_has_the_rest.contain(version)) {
        partition.back() += static_cast<int>(remainder);
        return partition;
    }
    // The last stage is spared, because it has the head besides.
    for (std::size_t i = 0; i < remainder; ++i) ++partition[stages - 2 - i];
    return partition;
}

}  // namespace r1cluster::detail::vllm
