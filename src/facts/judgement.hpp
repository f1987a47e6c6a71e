// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// One line that says what a machine is good for: "8 x NVIDIA H100 80GB HBM3 over NVLINK, 640.00 GiB of GPU
/// memory, vllm 0.9.2; 1 thing not seen".
std::string judgement(const Machine& machine);

/// "NVLINK" where all pairs reach each other alike, else "NVLINK, SYS"; empty for fewer than two GPUs.
std::string link_kinds(const Machine& machine);

/// "4 x NVIDIA H100 80GB HBM3" for each model of GPU.
std::string gpu_models(const Machine& machine);

/// "vllm 0.25.1, torch 2.11.0": the packages that decide what an engine does.
std::string engine_packages(const EngineEnvironment& engine);

}  // namespace r1cluster::detail
