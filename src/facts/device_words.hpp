// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// "NV18" where all pairs of GPUs reach each other alike, else "NV18, SYS"; empty for fewer than two GPUs.
std::string link_kinds(const Machine& machine);

/// "4 x NVIDIA H100 80GB HBM3" for each model of GPU.
std::string gpu_models(const Machine& machine);

}  // namespace r1cluster::detail
