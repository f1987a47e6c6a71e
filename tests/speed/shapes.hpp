// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster::test {

/// Shapes of R1 in FP8 and of Llama 8B in BF16.
ModelConfig r1_shape();
ModelConfig llama_8b_shape();

}  // namespace r1cluster::test
