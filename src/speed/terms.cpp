// SPDX-License-Identifier: Apache-2.0
#include "speed/terms.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r1cluster::detail {
namespace {

std::string gigabytes(double bytes) { return fmt::format("{:.3g} GB", bytes / 1e9); }

std::string band(const Interval& interval) {
    return fmt::format("{:g} ({:g} to {:g})", interval.likely, interval.low, interval.high);
}

struct Sums {
    double layer_bytes = 0, head_bytes = 0, expert_bytes = 0, cache_bytes = 0, elements = 0, attention_flops = 0;
    int tuned_kernels = 0, untuned_kernels = 0;
    std::int64_t expert_layers = 0;
};

Sums sums(const SpeedInputs& inputs) {
    Sums result;
    for (const StageWork& work : inputs.works) {
        result.layer_bytes += work.layer_bytes;
        result.head_bytes += work.head_bytes;
        result.expert_layers += work.expert_layers;
        result.expert_bytes = std::max(result.expert_bytes, work.expert_bytes);
        result.cache_bytes += work.kv_bytes_per_token;
        result.elements += work.elements + work.expert_elements * inputs.sizes.data_parallel;
        result.attention_flops += work.prefill_attention_flops;
        result.tuned_kernels += work.tuned_kernels;
        result.untuned_kernels += work.untuned_kernels;
    }
    return result;
}

std::string weights_reason(const SpeedInputs& inputs, const Sums& sum) {
    std::string text =
        fmt::format("{} of layers and {} of the head a step, at {} of the memory's rate", gigabytes(sum.layer_bytes),
                    gigabytes(sum.head_bytes), band(inputs.figure(SpeedFigure::weight_efficiency)));
    if (sum.expert_layers > 0) {
        const double requests = inputs.running() * inputs.sizes.data_parallel;
        const double reached = expected_experts(*inputs.config.experts, inputs.different_tokens(requests));
        text += fmt::format(
            "; about {:.0f} of {} experts in each of {} layers, {:.3g} MB each{}, at {}", reached,
            inputs.config.experts->routed, sum.expert_layers, sum.expert_bytes / 1e6,
            inputs.sizes.is_expert_parallel ? fmt::format(", over {} ranks", expert_ranks(inputs.sizes)) : " on a rank",
            band(inputs.figure(SpeedFigure::expert_efficiency)));
    }
    return text + "; " + inputs.rates.front().because;
}

std::string all_reduce_reason(const SpeedInputs& inputs, double tokens) {
    const bool spans = std::any_of(inputs.stages.begin(), inputs.stages.end(),
                                   [](const StagePlacement& stage) { return stage.spans_hosts; });
    const Fabric& fabric = inputs.fabric;
    return fmt::format("{} of {:.0f} KiB among {} ranks over {}: {} us and {} GB/s",
                       all_reduces(inputs.config, inputs.sizes.tensor_parallel),
                       2 * static_cast<double>(inputs.config.hidden_size) * tokens / 1024, inputs.sizes.tensor_parallel,
                       spans ? fabric.between_hosts_name : fabric.in_host_name,
                       band(spans ? fabric.between_hosts_latency_us : fabric.in_host_latency_us),
                       band(spans ? fabric.between_hosts_gbytes_per_s : fabric.in_host_gbytes_per_s));
}

std::string hop_reason(const SpeedInputs& inputs, double tokens) {
    const auto other = std::count_if(inputs.stages.begin(), inputs.stages.end(),
                                     [](const StagePlacement& stage) { return stage.is_next_on_other_host; });
    std::string text = fmt::format("{} hop{} of {:.0f} x {:.0f} bytes", inputs.stages.size() - 1,
                                   inputs.stages.size() == 2 ? "" : "s", tokens, hop_bytes_per_token(inputs.config));
    if (other > 0) {
        text += fmt::format(", {} of them between hosts over {}: {} us and {} GB/s", other,
                            inputs.fabric.between_hosts_name, band(inputs.fabric.between_hosts_latency_us),
                            band(inputs.fabric.between_hosts_gbytes_per_s));
    }
    if (inputs.overheads.hop_metadata_ms.likely > 0) {
        text += fmt::format("; their shapes before them over the control network, {} ms",
                            band(inputs.overheads.hop_metadata_ms));
    }
    return text;
}

}  // namespace

std::array<std::string, decode_parts> decode_reasons(const SpeedInputs& inputs) {
    const Sums sum = sums(inputs);
    const double requests = inputs.running();
    const double context =
        static_cast<double>(inputs.workload.prompt_tokens) + static_cast<double>(inputs.workload.output_tokens) / 2;
    std::array<std::string, decode_parts> text;
    text[weights_part] = weights_reason(inputs, sum);
    text[arithmetic_part] = fmt::format("2 x {:.3g} G elements x {:.0f} tokens, beyond the time of their bytes",
                                        sum.elements / 1e9, requests);
    text[cache_part] =
        fmt::format("{:.0f} requests x {:.0f} tokens x {:.0f} bytes, at {} of the memory's rate", requests, context,
                    sum.cache_bytes, band(inputs.figure(SpeedFigure::cache_efficiency)));
    text[launch_part] = fmt::format(
        "{} kernels, and {} of latent attention, experts or block scales times {}, {} us each in a CUDA graph{}; {}",
        sum.tuned_kernels, sum.untuned_kernels, band(inputs.overheads.untuned_kernel_factor),
        band(inputs.figure(SpeedFigure::kernel_us)),
        inputs.options.is_eager
            ? fmt::format(", {} operators of {} us each from Python", sum.tuned_kernels + sum.untuned_kernels,
                          band(inputs.figure(SpeedFigure::eager_kernel_us)))
            : "",
        inputs.overheads.because);
    text[all_reduce_part] = all_reduce_reason(inputs, requests);
    text[exchange_part] =
        fmt::format("hidden states to and from the ranks of their experts, {} layers", sum.expert_layers);
    text[hop_part] = hop_reason(inputs, requests) + "; the sampled tokens back";
    text[sampling_part] = fmt::format("{} ms and {} ms a request", band(inputs.figure(SpeedFigure::sampling_ms)),
                                      band(inputs.figure(SpeedFigure::sampling_of_request_ms)));
    text[engine_part] = inputs.overheads.because;
    text[wait_part] = "with a batch for each stage, all wait for the slowest stage";
    text[interruption_part] = "prompts that are taken in while a request writes, shared over its tokens";
    return text;
}

std::array<std::string, prefill_parts> prefill_reasons(const SpeedInputs& inputs) {
    const Sums sum = sums(inputs);
    const double tokens = inputs.running() * static_cast<double>(inputs.workload.prompt_tokens);
    std::array<std::string, prefill_parts> text;
    text[prefill_request_part] =
        fmt::format("HTTP, tokens and processes: {} ms, and {} ms for each that arrives with it",
                    band(inputs.figure(SpeedFigure::request_ms)), band(inputs.figure(SpeedFigure::admission_ms)));
    text[prefill_arithmetic_part] = fmt::format(
        "2 x {:.3g} G elements for each of {:.0f} prompt tokens at a time, in chunks of {:.0f}, at {} of the "
        "arithmetic "
        "rate{}",
        sum.elements / 1e9, tokens, inputs.chunk_tokens(), band(inputs.figure(SpeedFigure::prefill_arithmetic)),
        sum.expert_layers > 0
            ? fmt::format(", experts at {}", band(inputs.figure(SpeedFigure::prefill_expert_arithmetic)))
            : "");
    text[prefill_weights_part] = "bytes of the weights, beyond the time of their arithmetic";
    text[prefill_attention_part] =
        fmt::format("{:.3g} M operations for each pair of tokens", sum.attention_flops / 1e6);
    text[prefill_launch_part] = "operators that Python launches, beyond the time of their work";
    text[prefill_all_reduce_part] = all_reduce_reason(inputs, std::min(tokens, inputs.chunk_tokens()));
    text[prefill_exchange_part] = "hidden states to and from the ranks of their experts";
    text[prefill_hop_part] = hop_reason(inputs, std::min(tokens, inputs.chunk_tokens()));
    text[prefill_queue_part] = fmt::format("{} requests, of which {:.0f} run at a time", inputs.workload.concurrency,
                                           inputs.running() * inputs.sizes.data_parallel);
    return text;
}

}  // namespace r1cluster::detail
