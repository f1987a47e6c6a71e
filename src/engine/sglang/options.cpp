// SPDX-License-Identifier: Apache-2.0
#include "engine/options.hpp"

#include "engine/sglang/parts.hpp"

namespace r1cluster::detail::sglang {

void choose_options(const EngineRequest& request, EngineOptions& options) {
    options.runner = knowledge::Runner::sglang;
    options.memory = &memory_of(options, *options.knowledge);
    options.has_latent_cache = request.config.latent_attention.has_value();
    choose_common_options(request, flags, options);
    BatchDefaults defaults{2048, 256};
    if (const knowledge::MemoryReserve* row = find_reserve(request, options)) {
        choose_memory_share(request, *row, options);
        defaults = {row->prefill_tokens / request.spec.layout.data_parallel.value_or(1), 1024};
    }
    choose_batch(request, flags, defaults, options);
    choose_block_size(request, flags, 1, options);
}

/// distributed/utils.py, get_pp_indices: 0.5.5 gives the remainder to the last stage, 0.5.6 a layer each to the last
/// ones.
std::vector<int> default_partition(std::int64_t layers, int pipeline_parallel, const std::optional<Version>& version) {
    const Releases last_has_the_rest{.since = {}, .until = Release{0, 5, 6}};
    return split_layers(layers, pipeline_parallel, last_has_the_rest.contain(version), 0);
}

}  // namespace r1cluster::detail::sglang
