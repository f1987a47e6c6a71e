// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace r1cluster::knowledge {

/// What the vendor promises of a GPU: dense rates, without structured sparsity. 0: it has no such unit or link.
struct GpuFigures {
    std::string_view words;  ///< of NVML's name, in capitals, that must all be there: "A100 SXM4 80GB"
    double memory_gbytes_per_s = 0;
    double bfloat16_tflops = 0;
    double float16_tflops = 0;
    double fp8_tflops = 0;
    double int8_tops = 0;
    double nvlink_gbytes_per_s = 0;  ///< of all links together, one direction
    int pcie_generation = 0;
    std::string_view compute_capability;
    std::string_view source;
};

/// By NVML's name ("NVIDIA H100 80GB HBM3"); nullptr: not in the table.
const GpuFigures* find_gpu_figures(std::string_view name);

/// Those of one compute capability ("9.0"); of all where it is empty or not in the table.
std::vector<const GpuFigures*> gpu_figures_of_capability(std::string_view compute_capability);

}  // namespace r1cluster::knowledge
