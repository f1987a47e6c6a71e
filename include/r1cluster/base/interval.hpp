// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace r1cluster {

/// A forecast: we would be surprised by a value below `low` or above `high`. The unit is in the name of the
/// field that holds it.
struct Interval {
    double low = 0;
    double likely = 0;
    double high = 0;
    bool operator==(const Interval&) const = default;
};

/// The same for what is counted in whole numbers: bytes, tokens. All three are equal where it is exact.
struct WholeInterval {
    std::int64_t low = 0;
    std::int64_t likely = 0;
    std::int64_t high = 0;
    bool operator==(const WholeInterval&) const = default;
};

}  // namespace r1cluster
