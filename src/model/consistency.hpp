// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/headers/tensor_table.hpp"
#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster::detail {

/// Holds the tensors against config.json. What the engine would load wrongly without a word (a layer
/// that is not there, an FP8 weight without its scales) is an Error; the rest goes to `warnings`.
void check_consistency(Checkpoint& checkpoint, const TensorTable& tensors);

}  // namespace r1cluster::detail
