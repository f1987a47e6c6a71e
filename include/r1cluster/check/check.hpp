// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/check/decision.hpp"
#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster {

/// Applies every rule to every subject of the decision, whose own report it does not look at. The rules, their ids and
/// sources: docs/checks.md, or `r1cluster check --explain`.
Report check(const Decision& decision, const Knowledge& knowledge = Knowledge::embedded());

}  // namespace r1cluster
