// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "r1cluster/base/error.hpp"
#include "r1cluster/memory/memory.hpp"

namespace r1cluster {

WholeInterval longest_request(const MemoryForecast& forecast, const Layout& layout, std::int64_t users) {
    if (users < 1) {
        throw Error(ErrorKind::invalid_input, std::to_string(users),
                    fmt::format("asking for the longest request of {} users: there must be one or more", users));
    }
    // Each data-parallel part has a cache of its own, and V0 gives each pipeline stage a share of the blocks.
    const bool is_shared_by_stages = layout.engine.runner == knowledge::Runner::v0;
    const std::int64_t caches = layout.data_parallel * (is_shared_by_stages ? layout.pipeline_parallel : 1);
    const std::int64_t requests = (users + caches - 1) / caches;
    const std::int64_t block = std::max<std::int64_t>(1, layout.engine.block_size * layout.decode_context_parallel);
    const auto part = [&](std::int64_t all, std::int64_t longest) {
        return std::min(std::max<std::int64_t>(0, all) / caches / block / requests * block,
                        std::max<std::int64_t>(0, longest));
    };
    const WholeInterval& tokens = forecast.kv_tokens;
    const WholeInterval& limit = forecast.longest_request_tokens;
    return {part(tokens.low, limit.low), part(tokens.likely, limit.likely), part(tokens.high, limit.high)};
}

}  // namespace r1cluster
