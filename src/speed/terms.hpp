// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Names of the parts of a step, and what each is made of, in words with numbers.

#include <array>
#include <string>

#include "speed/step.hpp"

namespace r1cluster::detail {

inline constexpr std::array<const char*, decode_parts> decode_names{
    "weights from HBM", "arithmetic",    "KV cache from HBM", "launch", "all-reduces",
    "expert exchange",  "pipeline hops", "sampling",          "engine", "waiting for the slowest stage",
    "prompts of others"};
inline constexpr std::array<const char*, prefill_parts> prefill_names{
    "request",     "arithmetic",      "weights from HBM", "attention", "launch",
    "all-reduces", "expert exchange", "pipeline hops",    "queue"};

std::array<std::string, decode_parts> decode_reasons(const SpeedInputs& inputs);
std::array<std::string, prefill_parts> prefill_reasons(const SpeedInputs& inputs);

}  // namespace r1cluster::detail
