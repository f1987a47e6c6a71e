// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "engine/registry/registry.hpp"
#include "r1cluster/base/error.hpp"
#include "speed/step.hpp"

namespace r1cluster::detail {

double SpeedInputs::running() const {
    const double each = std::ceil(static_cast<double>(workload.concurrency) / sizes.data_parallel);
    return std::max(1.0, std::min(each, static_cast<double>(std::max<std::int64_t>(1, options.max_sequences))));
}

double SpeedInputs::rounds() const {
    return std::max(1.0, static_cast<double>(workload.concurrency) / sizes.data_parallel / running());
}

double SpeedInputs::different_tokens(double tokens) const {
    const std::int64_t known = workload.distinct_requests;
    if (known == 0 && !options.has_dummy_weights) return tokens;
    // With weights that are made up, all answers soon repeat the same words.
    const double requests = known > 0 ? static_cast<double>(known) : 1;
    return std::min(requests * (1 + options.speculative_tokens), tokens);
}

double SpeedInputs::chunk_tokens() const {
    const auto limit = static_cast<double>(std::max<std::int64_t>(1, options.max_batched_tokens));
    const bool is_whole = config.latent_attention && !overheads.is_prefill_chunked_with_latent_attention;
    return is_whole ? std::max(limit, static_cast<double>(workload.prompt_tokens)) : limit;
}

void require_gpus(const std::vector<StagePlacement>& stages) {
    for (const StagePlacement& stage : stages) {
        if (stage.device.gpu) continue;
        throw Error(ErrorKind::invalid_input, "layout",
                    "forecasting the speed of a \"layout\" without GPUs: there are no figures of CPUs; only layouts on "
                    "GPUs can be forecast");
    }
}

/// Rows of the engine that a spec gets by default stand for an engine without any of its own.
const knowledge::EngineOverheads& overheads_of(const EngineOptions& options) {
    static const knowledge::EngineOverheads none;
    const Knowledge& knowledge = *options.knowledge;
    const auto* row = knowledge.engine(options.name).find_overheads(options.version);
    if (!row) row = knowledge.engine(engine_called("").name).find_overheads(std::nullopt);
    return row ? *row : none;
}

SpeedInputs speed_inputs(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                         const std::vector<StagePlacement>& stages, const Fabric& fabric, const Workload& workload) {
    SpeedInputs inputs{options, config, sizes, stages, fabric, workload, {}, {}, overheads_of(options)};
    inputs.works = stage_works(options, config, sizes, stages);
    const Device* before = nullptr;  // stages mostly have the same GPU, and looking it up takes longer than the rest
    for (const StagePlacement& stage : stages) {
        const bool is_same = before && before->name == stage.device.name &&
                             before->compute_capability == stage.device.compute_capability;
        inputs.rates.push_back(is_same ? inputs.rates.back() : device_rates(stage.device, options, config));
        before = &stage.device;
    }
    return inputs;
}

}  // namespace r1cluster::detail
