// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace r1cluster {

/// A steady load: so many requests at a time, each of so many tokens.
struct Workload {
    std::int64_t concurrency = 1;
    std::int64_t prompt_tokens = 128;
    std::int64_t output_tokens = 256;
    /// So many of them are different at a time; 0: all. Requests that say the same words choose the same experts, so a
    /// benchmark that repeats one prompt reads fewer weights.
    std::int64_t distinct_requests = 0;
    bool operator==(const Workload&) const = default;
};

}  // namespace r1cluster
