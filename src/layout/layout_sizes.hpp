// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "r1cluster/layout/layout.hpp"

namespace r1cluster::detail {

/// How many ways a layout divides, and what.
struct LayoutSizes {
    int tensor_parallel = 1;
    int pipeline_parallel = 1;
    int data_parallel = 1;
    int decode_context_parallel = 1;
    bool is_expert_parallel = false;

    int world_size() const { return tensor_parallel * pipeline_parallel * data_parallel; }
    bool operator==(const LayoutSizes&) const = default;
};

inline LayoutSizes sizes_of(const Layout& layout) {
    return {layout.tensor_parallel, layout.pipeline_parallel, layout.data_parallel, layout.decode_context_parallel,
            layout.is_expert_parallel};
}

/// What a stage of the pipeline holds: ranks of one stage differ by the rest of the vocabulary at most.
struct StageLoad {
    int pipeline_rank = 0;
    bool is_first = false;
    bool is_last = false;
    std::int64_t layer_count = 0;
    std::uint64_t weight_bytes = 0;        ///< of the checkpoint, on its fullest rank
    std::uint64_t kv_bytes_per_token = 0;  ///< on one rank
};

}  // namespace r1cluster::detail
