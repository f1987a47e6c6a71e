// SPDX-License-Identifier: Apache-2.0
#include "model/experts.hpp"

#include <algorithm>

namespace r1cluster::detail {

std::uint64_t rank_of_expert(const ModelConfig& config, std::int64_t expert, std::uint64_t ranks,
                             const Loader& loader) {
    const auto number = static_cast<std::uint64_t>(expert);
    if (loader.loading().expert_placement == ExpertPlacement::round_robin) return number % ranks;
    const auto experts = static_cast<std::uint64_t>(config.experts ? config.experts->routed : 0);
    const std::uint64_t each = experts / ranks, more = experts % ranks;
    if (!loader.has(EngineFeature::experts_spread_remainder))
        return each == 0 ? ranks - 1 : std::min(number / each, ranks - 1);
    const std::uint64_t of_larger = more * (each + 1);
    return number < of_larger ? number / (each + 1) : more + (number - of_larger) / each;
}

}  // namespace r1cluster::detail
