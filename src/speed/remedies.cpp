// SPDX-License-Identifier: Apache-2.0
#include "speed/remedies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster::detail {
namespace {

struct Remedy {
    std::string text;  ///< "FP8 weights"
    double tpot_ms = 0;
};

/// Less is within what the model can tell apart.
constexpr double worthwhile_share = 0.03;

bool crosses_hosts(const SpeedInputs& inputs) {
    return std::any_of(inputs.stages.begin(), inputs.stages.end(), [](const StagePlacement& stage) {
        return stage.spans_hosts || stage.is_next_on_other_host || stage.do_experts_span_hosts;
    });
}

class Search {
public:
    explicit Search(const SpeedInputs& inputs) : inputs_(inputs) {}

    template <class Change>
    void consider(std::string text, Change change) {
        SpeedInputs changed = inputs_;
        change(changed);
        changed = speed_inputs(changed.options, changed.config, changed.sizes, changed.stages, changed.fabric,
                               changed.workload);
        const double tpot_ms = speed_times(changed, End::likely).tpot_ms;
        if (!best_ || tpot_ms < best_->tpot_ms) best_ = Remedy{std::move(text), tpot_ms};
    }

    const std::optional<Remedy>& best() const { return best_; }

private:
    const SpeedInputs& inputs_;
    std::optional<Remedy> best_;
};

bool can_multiply_fp8(const SpeedInputs& inputs) {
    return std::all_of(inputs.stages.begin(), inputs.stages.end(), [&](const StagePlacement& stage) {
        const knowledge::GpuFigures* figures = inputs.options.knowledge->find_gpu_figures(stage.device.name);
        return figures && figures->fp8_tflops > 0;
    });
}

void use_eight_bits(SpeedInputs& inputs) {
    inputs.config.quantization = Quantization{"fp8", {}};
    for (StagePlacement& stage : inputs.stages) stage.load.weight_bytes = 0;  // of the checkpoint as it is now
}

}  // namespace

void use_infiniband(Fabric& fabric, const Knowledge& knowledge) {
    const Interval& share = knowledge.figure(LinkFigure::rdma_efficiency);
    const double rate = knowledge.figure(LinkFigure::fast_infiniband_gbytes_per_s).likely;
    fabric.between_hosts_name = "InfiniBand with GPUDirect RDMA";
    fabric.between_hosts_gbytes_per_s = {share.low * rate, share.likely * rate, share.high * rate};
    fabric.between_hosts_latency_us = knowledge.figure(LinkFigure::gpudirect_latency_us);
    fabric.small_between_hosts.reset();
}

std::string bound_by(const SpeedInputs& inputs, const SpeedTimes& likely, const SpeedTerm& largest) {
    Search search(inputs);
    if (!inputs.config.quantization) {
        search.consider(can_multiply_fp8(inputs) ? "FP8 weights" : "8-bit weights", use_eight_bits);
    }
    if (inputs.options.is_eager) {
        search.consider("CUDA graphs (without enforce_eager)",
                        [](SpeedInputs& changed) { changed.options.is_eager = false; });
    }
    if (inputs.options.version) {
        search.consider("the newest engine", [](SpeedInputs& changed) { changed.options.version.reset(); });
    }
    if (crosses_hosts(inputs)) {
        search.consider("InfiniBand with GPUDirect RDMA between the hosts",
                        [](SpeedInputs& changed) { use_infiniband(changed.fabric, *changed.options.knowledge); });
    }
    if (inputs.options.kv_cache_dtype.rfind("fp8", 0) != 0) {
        search.consider("an FP8 cache", [](SpeedInputs& changed) { changed.options.kv_cache_dtype = "fp8"; });
    }
    if (inputs.config.next_token_layers > 0 && inputs.options.speculative_tokens == 0) {
        search.consider("a token drafted by the model's own next-token layer",
                        [](SpeedInputs& changed) { changed.options.speculative_tokens = 1; });
    }
    const std::string text =
        fmt::format("{} {} {:.0f} % of {:.1f} ms a token", largest.name,
                    largest.name.back() == 's' || largest.name == "weights from HBM" ? "are" : "is",
                    100 * largest.ms.likely / likely.tpot_ms, likely.tpot_ms);
    const std::optional<Remedy>& best = search.best();
    if (!best || best->tpot_ms > likely.tpot_ms * (1 - worthwhile_share)) {
        return text + "; no setting that we know of helps by 3 %: fewer bytes (a smaller model) or more GPUs would";
    }
    return text + fmt::format("; {} would take it to {:.1f} ms", best->text, best->tpot_ms);
}

}  // namespace r1cluster::detail
