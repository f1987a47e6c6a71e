// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "r1cluster/knowledge/knowledge.hpp"
#include "speed/model.hpp"

namespace r1cluster::detail {
namespace {

using knowledge::GpuFigures;

/// FP8 weights are multiplied as such where the GPU can, else as 16-bit numbers; AWQ and GPTQ always as 16-bit ones.
double tflops_of(const GpuFigures& figures, const EngineOptions& options, const ModelConfig& config) {
    const bool is_fp8 = config.quantization && config.quantization->method == "fp8";
    if (is_fp8 && figures.fp8_tflops > 0) return figures.fp8_tflops;
    if (options.dtype == "float16" || figures.bfloat16_tflops == 0) return figures.float16_tflops;
    return figures.bfloat16_tflops;
}

template <class Of>
Interval band(const std::vector<const GpuFigures*>& rows, Of of) {
    Interval result{of(*rows.front()), 0, of(*rows.front())};
    double logarithms = 0;
    for (const GpuFigures* row : rows) {
        result.low = std::min(result.low, of(*row));
        result.high = std::max(result.high, of(*row));
        logarithms += std::log(of(*row));
    }
    result.likely = std::exp(logarithms / static_cast<double>(rows.size()));
    return result;
}

}  // namespace

DeviceRates device_rates(const Device& device, const EngineOptions& options, const ModelConfig& config) {
    const auto flops = [&](const GpuFigures& row) { return tflops_of(row, options, config); };
    const auto memory = [](const GpuFigures& row) { return row.memory_gbytes_per_s; };
    if (const GpuFigures* row = options.knowledge->find_gpu_figures(device.name)) {
        const double bytes = memory(*row), rate = flops(*row);
        return {{bytes, bytes, bytes},
                {rate, rate, rate},
                true,
                fmt::format("{}: {:g} GB/s of memory, {:g} TFLOP/s dense ({})", device.name, bytes, rate, row->source)};
    }
    const auto rows = options.knowledge->gpu_figures_of_capability(device.compute_capability);
    return {
        band(rows, memory), band(rows, flops), false,
        device.name.empty()
            ? "the GPU's name was not seen, so that it may be any of its compute capability"
            : fmt::format("\"{}\" is not in our table, so that it may be any of its compute capability", device.name)};
}

}  // namespace r1cluster::detail
