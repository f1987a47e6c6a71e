// SPDX-License-Identifier: Apache-2.0
#include "plan/speed_accuracy.hpp"

#include <fmt/format.h>

namespace r1cluster::detail {

std::string speed_accuracy() {
    return fmt::format("of {} measured times per token, {} were within 25 % of the likely value and {} inside the interval",
                       known_speed_accuracy.rows, known_speed_accuracy.within_quarter,
                       known_speed_accuracy.inside_interval);
}

}  // namespace r1cluster::detail
