// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace r1cluster {

/// What a process may have of something: at most `value`, or any amount.
struct Limit {
    std::uint64_t value = 0;    ///< 0 where it is unlimited
    bool is_unlimited = false;  ///< any amount is allowed

    /// Whether this much is allowed.
    bool allows(std::uint64_t amount) const { return is_unlimited || amount <= value; }
    bool operator==(const Limit&) const = default;
};

inline constexpr Limit unlimited{0, true};

/// How much time on its CPUs a control group may have.
struct CpuLimit {
    double cpus = 0;            ///< processors' worth of time; 0 where it is unlimited
    bool is_unlimited = false;  ///< the group may use all of its CPUs
    bool operator==(const CpuLimit&) const = default;
};

}  // namespace r1cluster
