// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace r1cluster {

/// A steady load: a fixed number of concurrent requests of one size.
struct Workload {
    std::int64_t concurrency = 1;      ///< requests that run at a time
    std::int64_t prompt_tokens = 128;  ///< of one request
    std::int64_t output_tokens = 256;  ///< of one request
    /// Number of concurrent requests with different text; 0: all. Requests with the same text select the same experts,
    /// so a benchmark that repeats one prompt reads fewer weights.
    std::int64_t distinct_requests = 0;
    bool operator==(const Workload&) const = default;
};

}  // namespace r1cluster
