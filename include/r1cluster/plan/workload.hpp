// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace r1cluster {

/// A steady load: so many requests at a time, each of so many tokens.
struct Workload {
    std::int64_t concurrency = 1;
    std::int64_t prompt_tokens = 128;
    std::int64_t output_tokens = 256;
    bool operator==(const Workload&) const = default;
};

}  // namespace r1cluster
