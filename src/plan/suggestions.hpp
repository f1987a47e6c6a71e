// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "plan/candidate.hpp"
#include "r1cluster/plan/plan.hpp"

namespace r1cluster::detail {

/// What these machines can serve instead, one line each: this model with fewer bits, where its GPUs have kernels for
/// them, then the largest smaller members of its family. Sizes are by the sum of the weights, divided evenly.
std::vector<std::string> suggestions(const SearchInput& input, const Cluster& cluster);

}  // namespace r1cluster::detail
