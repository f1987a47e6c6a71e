// SPDX-License-Identifier: Apache-2.0
#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {

std::vector<int> default_partition(std::int64_t layers, int pipeline_parallel, const std::optional<Version>& version) {
    const Releases last_has_the_rest{.since = {}, .until = Release{0, 8}};  // vllm-project/vllm#13839
    // The last stage is spared, because it has the head besides.
    return split_layers(layers, pipeline_parallel, last_has_the_rest.contain(version), 1);
}

}  // namespace r1cluster::detail::vllm
