// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// One line that says what a machine is good for: "8 x NVIDIA H100 80GB HBM3 over NV18, 637 GiB, 8 x 400 Gb/s
/// InfiniBand with GPUDirect RDMA, driver 550.54.15; 1 problem, 2 things not seen".
std::string judgement(const Machine& machine);

/// The engine, torch, Ray and NCCL with their versions: the packages that decide what an engine does.
std::string engine_packages(const EngineEnvironment& engine);

}  // namespace r1cluster::detail
