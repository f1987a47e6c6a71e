// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/model/slicing.hpp"

namespace r1cluster::detail {

struct GroupSizes {
    int tensor_parallel = 1;
    int pipeline_parallel = 1;
    int data_parallel = 1;
    bool is_expert_parallel = false;

    /// Ranks that have the same layers.
    int group_ranks() const { return data_parallel * tensor_parallel; }
    /// Of rank `group_rank` of them: data_rank * tensor_parallel + tensor_rank.
    GroupRank rank(int group_rank) const {
        return {.tensor_rank = group_rank % tensor_parallel,
                .tensor_parallel = tensor_parallel,
                .data_rank = group_rank / tensor_parallel,
                .data_parallel = data_parallel,
                .is_expert_parallel = is_expert_parallel};
    }
};

}  // namespace r1cluster::detail
