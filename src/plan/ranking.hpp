// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plan/search.hpp"

namespace r1cluster::detail {

/// Best for the goal first, by the rules of docs/plan.md; those that are better at nothing than a simpler one of the
/// same TP x PP x DP, or that leave devices unused without being clearly better for it, are taken out. `found` comes in
/// order of simplicity.
std::vector<Found> ranked(std::vector<Found> found);

}  // namespace r1cluster::detail
