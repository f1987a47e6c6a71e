// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "speed/remedies.hpp"
#include "speed/step.hpp"
#include "speed/terms.hpp"

namespace r1cluster::detail {
namespace {

/// Parts that are what another leaves over may shrink where all bands grow. What is missing there moves to the part
/// that they were measured against, so that each part has its low end below its high one and the sums stay.
template <std::size_t size>
void order(std::array<double, size>& low, const std::array<double, size>& likely, std::array<double, size>& high,
           std::size_t part, std::size_t against) {
    const double surplus = std::max(0.0, low[part] - likely[part]), deficit = std::max(0.0, likely[part] - high[part]);
    low[part] -= surplus;
    low[against] += surplus;
    high[part] += deficit;
    high[against] -= deficit;
}

template <std::size_t size>
std::vector<SpeedTerm> terms(const std::array<double, size>& low, const std::array<double, size>& likely,
                             const std::array<double, size>& high, const std::array<const char*, size>& names,
                             const std::array<std::string, size>& reasons) {
    std::vector<SpeedTerm> result;
    for (std::size_t i = 0; i < size; ++i) {
        if (low[i] == 0 && likely[i] == 0 && high[i] == 0) continue;
        result.push_back({names[i], {low[i], likely[i], high[i]}, reasons[i]});
    }
    std::stable_sort(result.begin(), result.end(),
                     [](const SpeedTerm& a, const SpeedTerm& b) { return a.ms.likely > b.ms.likely; });
    return result;
}

}  // namespace

SpeedPoint speed_point(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                       const std::vector<StagePlacement>& stages, const Fabric& fabric, const Workload& workload) {
    require_gpus(stages);
    const SpeedInputs inputs = speed_inputs(options, config, sizes, stages, fabric, workload);
    SpeedTimes low = speed_times(inputs, End::low), high = speed_times(inputs, End::high);
    const SpeedTimes likely = speed_times(inputs, End::likely);
    for (const auto part : {arithmetic_part, wait_part, engine_part, launch_part}) {
        order(low.decode, likely.decode, high.decode, part, weights_part);
    }
    for (const auto part : {prefill_weights_part, prefill_launch_part}) {
        order(low.prefill, likely.prefill, high.prefill, part, prefill_arithmetic_part);
    }
    SpeedPoint point;
    point.workload = workload;
    point.tpot_ms = {low.tpot_ms, likely.tpot_ms, high.tpot_ms};
    point.ttft_ms = {low.ttft_ms, likely.ttft_ms, high.ttft_ms};
    point.output_tokens_per_s = {high.output_tokens_per_s, likely.output_tokens_per_s, low.output_tokens_per_s};
    point.decode_step = terms(low.decode, likely.decode, high.decode, decode_names, decode_reasons(inputs));
    point.prefill = terms(low.prefill, likely.prefill, high.prefill, prefill_names, prefill_reasons(inputs));
    point.bound_by = bound_by(inputs, likely, point.decode_step.front());
    return point;
}

}  // namespace r1cluster::detail
