// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace r1cluster::detail {

/// How far forecasts of times per token were off in the regression set of docs/accuracy.md. A test makes the forecasts
/// again and compares.
struct SpeedAccuracy {
    int rows = 0;
    int within_quarter = 0;   ///< likely value within 25 % of the measured one
    int inside_interval = 0;  ///< measured value between low and high
};

inline constexpr SpeedAccuracy known_speed_accuracy{0, 0, 0};

std::string speed_accuracy();

}  // namespace r1cluster::detail
