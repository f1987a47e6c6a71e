// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace r1cluster {

/// A forecast: the measured value is expected between `low` and `high`. The name of the field that has this
/// type states the unit.
struct Interval {
    double low = 0;     ///< the smallest that is expected
    double likely = 0;  ///< the most likely
    double high = 0;    ///< the largest that is expected
    bool operator==(const Interval&) const = default;
};

/// A forecast of a whole number, such as bytes or tokens. An exact value has three equal numbers.
struct WholeInterval {
    std::int64_t low = 0;     ///< the smallest that is expected
    std::int64_t likely = 0;  ///< the most likely
    std::int64_t high = 0;    ///< the largest that is expected
    bool operator==(const WholeInterval&) const = default;
};

}  // namespace r1cluster
