// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "r1cluster/readings/readings.hpp"

namespace r1cluster::detail {

/// Why there is no text, as a code. An answer from before answers had codes is judged by its words.
std::optional<ReasonCode> code_of(const Answer& answer);

/// Of an errno, and of an nvmlReturn_t; unset for what no code decides on.
std::optional<ReasonCode> code_of_errno(int number);
std::optional<ReasonCode> code_of_nvml(int result);

}  // namespace r1cluster::detail
