// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "r1cluster/plan/layout.hpp"

namespace r1cluster::detail {

/// Tokens of KV cache that each stage has room for under a partition; negative where not even the weights fit.
using StageTokens = std::function<std::vector<std::int64_t>(const std::vector<int>&)>;

/// The partition with most room on the tightest stage that moving one layer at a time leads to. Every
/// move strictly improves, so it ends.
std::vector<int> roomiest_partition(std::vector<int> partition, const StageTokens& tokens_of);

}  // namespace r1cluster::detail
