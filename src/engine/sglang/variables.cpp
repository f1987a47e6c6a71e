// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "engine/sglang/parts.hpp"

namespace r1cluster::detail::sglang {
namespace {

constexpr std::array rules{VariableRule{"layers_of_stages", &layers_of_stages}};

}  // namespace

std::span<const VariableRule> variable_rules() { return rules; }

}  // namespace r1cluster::detail::sglang
