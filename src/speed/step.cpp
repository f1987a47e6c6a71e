// SPDX-License-Identifier: Apache-2.0
#include "speed/step.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace r1cluster::detail {
namespace {

/// Bytes over GB/s, in ms.
double ms_of_bytes(double bytes, double gbytes_per_s) { return bytes / std::max(gbytes_per_s, 1e-6) / 1e6; }
/// Operations over TFLOP/s, in ms.
double ms_of_flops(double flops, double tflops) { return flops / tflops / 1e9; }

template <std::size_t size>
double sum(const std::array<double, size>& parts) {
    return std::accumulate(parts.begin(), parts.end(), 0.0);
}

/// Kernels of a stage as its release runs them.
double kernels(const SpeedInputs& inputs, const StageWork& work, End end) {
    return work.tuned_kernels + work.untuned_kernels * cost(inputs.overheads.untuned_kernel_factor, end);
}

/// Operators of a stage, which Python launches one by one where there is no graph.
double launched_ms(const SpeedInputs& inputs, const StageWork& work, End end) {
    return (work.tuned_kernels + work.untuned_kernels) * cost(inputs.figure(SpeedFigure::eager_kernel_us), end) / 1e3;
}

/// Experts of a layer that the fullest rank reads. Whole experts are dealt unevenly to few ranks by chance: the most
/// of N is about sqrt(2 m ln N) above the mean m.
double experts_of_rank(const SpeedInputs& inputs, double different_tokens, End end) {
    const Experts& experts = *inputs.config.experts;
    // At best all tokens choose alike.
    const double reached = expected_experts(experts, end == End::low ? 1 : different_tokens);
    if (!inputs.sizes.is_expert_parallel) return reached;
    const double ranks = expert_ranks(inputs.sizes), mean = reached / ranks;
    const double excess = std::sqrt(2 * mean * std::log(ranks)) * (end == End::low ? 0 : end == End::likely ? 0.5 : 1);
    return std::min(mean + excess, static_cast<double>(experts.routed) / ranks);
}

/// Weights that a rank reads in a step, in ms. So many tokens of all data-parallel ranks choose experts of their own.
double weights_ms(const SpeedInputs& inputs, std::size_t stage, double different_tokens, End end) {
    const StageWork& work = inputs.works[stage];
    const double memory = rate(inputs.rates[stage].memory_gbytes_per_s, end);
    double ms = ms_of_bytes(work.layer_bytes + work.head_bytes,
                            memory * rate(inputs.figure(SpeedFigure::weight_efficiency), end));
    if (work.expert_layers > 0) {
        const double bytes = static_cast<double>(work.expert_layers) * work.expert_bytes *
                             experts_of_rank(inputs, different_tokens, end);
        ms += ms_of_bytes(bytes, memory * rate(inputs.figure(SpeedFigure::expert_efficiency), end));
    }
    return ms;
}

/// Hidden states of all tokens to and from the ranks that have their experts: gathered before, reduced after.
double exchange_ms(const SpeedInputs& inputs, std::size_t stage, double tokens, End end) {
    if (inputs.sizes.data_parallel == 1 || inputs.works[stage].expert_layers == 0) return 0;
    const int ranks = expert_ranks(inputs.sizes);
    const double bytes = 2 * static_cast<double>(inputs.config.hidden_size) * tokens * inputs.sizes.data_parallel;
    // A gather and a scatter are an all-reduce cut in two.
    return static_cast<double>(inputs.works[stage].expert_layers) *
           all_reduce_ms(inputs.fabric, *inputs.options.knowledge, inputs.stages[stage].do_experts_span_hosts, ranks,
                         bytes, end);
}

/// Messages between the ranks of a stage: all-reduces, and with DCP two more for each layer's attention.
double all_reduces_ms(const SpeedInputs& inputs, std::size_t stage, double tokens, End end) {
    const StagePlacement& placement = inputs.stages[stage];
    const StageWork& work = inputs.works[stage];
    const double bytes = 2 * static_cast<double>(inputs.config.hidden_size) * tokens;
    const int ranks = inputs.sizes.tensor_parallel;
    if (ranks == 1) return 0;
    double count = 2 * static_cast<double>(work.layers()) + (placement.load.is_first ? 1 : 0);
    if (inputs.sizes.decode_context_parallel > 1) count += 2 * static_cast<double>(work.layers());
    return count * all_reduce_ms(inputs.fabric, *inputs.options.knowledge, placement.spans_hosts, ranks, bytes, end);
}

/// One step of `requests` on one stage.
DecodeTimes stage_step(const SpeedInputs& inputs, std::size_t stage, double requests, End end) {
    const StageWork& work = inputs.works[stage];
    const double tflops = rate(inputs.rates[stage].tflops, end);
    const double tokens = requests * (1 + inputs.options.speculative_tokens);
    DecodeTimes times{};
    const double different_tokens = inputs.different_tokens(tokens * inputs.sizes.data_parallel);
    times[weights_part] = weights_ms(inputs, stage, different_tokens, end);
    const double flops = 2 * (work.elements + work.expert_elements * inputs.sizes.data_parallel) * tokens;
    const double arithmetic = ms_of_flops(flops, tflops * rate(inputs.figure(SpeedFigure::decode_arithmetic), end));
    times[arithmetic_part] = std::max(0.0, arithmetic - times[weights_part]);
    const double context =
        static_cast<double>(inputs.workload.prompt_tokens) + static_cast<double>(inputs.workload.output_tokens) / 2;
    times[cache_part] = std::max(ms_of_bytes(requests * context * work.kv_bytes_per_token,
                                             rate(inputs.rates[stage].memory_gbytes_per_s, end) *
                                                 rate(inputs.figure(SpeedFigure::cache_efficiency), end)),
                                 ms_of_flops(tokens * context * work.attention_flops,
                                             tflops * rate(inputs.figure(SpeedFigure::decode_arithmetic), end)));
    times[launch_part] = kernels(inputs, work, end) * cost(inputs.figure(SpeedFigure::kernel_us), end) / 1e3;
    times[all_reduce_part] = all_reduces_ms(inputs, stage, tokens, end);
    times[exchange_part] = exchange_ms(inputs, stage, tokens, end);
    if (work.head_bytes > 0) {
        times[sampling_part] = cost(inputs.figure(SpeedFigure::sampling_ms), end) +
                               requests * cost(inputs.figure(SpeedFigure::sampling_of_request_ms), end);
    }
    if (inputs.options.is_eager) {
        // Python launches while the GPU works: the slower of the two counts.
        times[launch_part] += std::max(0.0, launched_ms(inputs, work, end) - sum(times));
    }
    return times;
}

DecodeTimes added(DecodeTimes a, const DecodeTimes& b) {
    std::transform(a.begin(), a.end(), b.begin(), a.begin(), std::plus<>());
    return a;
}

/// Drafting layers before each verification: like a layer each, and the head once more.
double draft_ms(const SpeedInputs& inputs, const DecodeTimes& last_stage) {
    if (inputs.options.speculative_tokens == 0) return 0;
    const StageWork& work = inputs.works.back();
    const double layers = std::max<double>(1, static_cast<double>(work.layers()));
    return inputs.options.speculative_tokens * (sum(last_stage) - last_stage[sampling_part]) / layers;
}

/// Tokens that a step yields: the sampled one and those drafted ones before the first that is wrong.
double tokens_of_step(const SpeedInputs& inputs, End end) {
    double tokens = 1, probability = 1;
    for (int i = 0; i < inputs.options.speculative_tokens; ++i) {
        probability *= rate(inputs.figure(SpeedFigure::draft_acceptance), end);
        tokens += probability;
    }
    return tokens;
}

/// Requests of one step when `batches` are in flight. The scheduler puts into a step whoever is free, so that requests
/// that arrive together stay together: between an even split and nearly all in one.
double requests_of_step(double running, double batches, End end) {
    const double even = running / batches;
    return end == End::low ? even : end == End::likely ? (even + running) / 2 : running;
}

DecodeTimes decode_times(const SpeedInputs& inputs, End end) {
    const double stages = static_cast<double>(inputs.stages.size());
    const double batches = std::min(stages, std::max(1.0, inputs.running()));
    const double requests = requests_of_step(inputs.running(), batches, end);
    const double tokens = requests * (1 + inputs.options.speculative_tokens);
    DecodeTimes times{};
    double slowest = 0;
    for (std::size_t i = 0; i < inputs.stages.size(); ++i) {
        const DecodeTimes stage = stage_step(inputs, i, requests, end);
        slowest = std::max(slowest, sum(stage));
        times = added(times, stage);
        if (i + 1 == inputs.stages.size()) {
            times[launch_part] += draft_ms(inputs, stage);
            continue;
        }
        times[hop_part] += hop_ms(inputs.fabric, *inputs.options.knowledge, inputs.stages[i].is_next_on_other_host,
                                  tokens * hop_bytes_per_token(inputs.config), end) +
                           cost(inputs.overheads.hop_metadata_ms, end);
    }
    if (stages > 1) {  // the sampled tokens back to the first stage
        const bool is_other = std::any_of(inputs.stages.begin(), inputs.stages.end(),
                                          [](const StagePlacement& stage) { return stage.is_next_on_other_host; });
        times[hop_part] += hop_ms(inputs.fabric, *inputs.options.knowledge, is_other, requests * 8, end);
    }
    const knowledge::EngineOverheads& overheads = inputs.overheads;
    if (stages > 1) {
        times[engine_part] = cost(overheads.pipeline_step_ms, end);
    } else if (overheads.is_asynchronous) {
        times[engine_part] = std::max(0.0, cost(overheads.step_ms, end) - sum(times));
    } else {
        times[engine_part] = cost(overheads.step_ms, end);
    }
    // With as many batches in flight as stages, each waits for the slowest stage.
    times[wait_part] = std::max(0.0, batches * slowest - sum(times));
    const double yield = tokens_of_step(inputs, end);
    for (double& part : times) part /= yield;
    return times;
}

/// One stage with `tokens` of prompts, each `prompt` long.
PrefillTimes stage_prefill(const SpeedInputs& inputs, std::size_t stage, double tokens, double prompt, End end) {
    const StageWork& work = inputs.works[stage];
    const double tflops = rate(inputs.rates[stage].tflops, end);
    PrefillTimes times{};
    const double dense =
        ms_of_flops(2 * work.elements * tokens, tflops * rate(inputs.figure(SpeedFigure::prefill_arithmetic), end));
    const double experts = ms_of_flops(2 * work.expert_elements * inputs.sizes.data_parallel * tokens,
                                       tflops * rate(inputs.figure(SpeedFigure::prefill_expert_arithmetic), end));
    // What a release had not tuned yet was slow with many tokens too.
    const double untuned = work.untuned_kernels > 0 ? cost(inputs.overheads.untuned_kernel_factor, end) : 1;
    times[prefill_arithmetic_part] = (dense + experts) * untuned;
    times[prefill_weights_part] = std::max(
        0.0, weights_ms(inputs, stage, tokens * inputs.sizes.data_parallel, end) - times[prefill_arithmetic_part]);
    times[prefill_attention_part] = ms_of_flops(tokens * prompt / 2 * work.prefill_attention_flops,
                                                tflops * rate(inputs.figure(SpeedFigure::prefill_arithmetic), end));
    times[prefill_all_reduce_part] = all_reduces_ms(inputs, stage, tokens, end);
    times[prefill_exchange_part] = exchange_ms(inputs, stage, tokens, end);
    // Attention is launched by Python between pieces of graphs, the rest by the pieces; without graphs everything is.
    const SpeedFigure share_name =
        inputs.options.is_eager ? SpeedFigure::eager_prefill_share : SpeedFigure::graph_prefill_share;
    const double share = inputs.figure(share_name).likely;
    times[prefill_launch_part] = std::max(0.0, share * launched_ms(inputs, work, end) - sum(times));
    return times;
}

PrefillTimes times_of(PrefillTimes times, double count) {
    for (double& part : times) part *= count;
    return times;
}

/// `tokens` of prompts through all stages, in chunks.
PrefillTimes prefill_of(const SpeedInputs& inputs, double tokens, End end) {
    const double chunks = std::max(1.0, std::ceil(tokens / inputs.chunk_tokens()));
    const double chunk = tokens / chunks;
    PrefillTimes whole{}, slowest{};
    for (std::size_t i = 0; i < inputs.stages.size(); ++i) {
        PrefillTimes stage = stage_prefill(inputs, i, chunk, static_cast<double>(inputs.workload.prompt_tokens), end);
        if (i + 1 < inputs.stages.size()) {
            stage[prefill_hop_part] =
                hop_ms(inputs.fabric, *inputs.options.knowledge, inputs.stages[i].is_next_on_other_host,
                       chunk * hop_bytes_per_token(inputs.config), end) +
                cost(inputs.overheads.hop_metadata_ms, end);
        }
        if (sum(stage) > sum(slowest)) slowest = stage;
        std::transform(whole.begin(), whole.end(), stage.begin(), whole.begin(), std::plus<>());
    }
    // The first chunk goes through all stages, the others follow it at the pace of the slowest.
    slowest = times_of(slowest, chunks - 1);
    std::transform(whole.begin(), whole.end(), slowest.begin(), whole.begin(), std::plus<>());
    return whole;
}

}  // namespace

double cost(const Interval& band, End end) {
    return end == End::low ? band.low : end == End::likely ? band.likely : band.high;
}

double rate(const Interval& band, End end) {
    return end == End::low ? band.high : end == End::likely ? band.likely : band.low;
}

double all_reduce_ms(const Fabric& fabric, const Knowledge& knowledge, bool spans_hosts, int ranks, double bytes,
                     End end) {
    if (ranks < 2) return 0;
    const double wire = 2.0 * (ranks - 1) / ranks * bytes;
    if (spans_hosts) {
        const double bulk = cost(fabric.between_hosts_latency_us, end) / 1e3 +
                            ms_of_bytes(wire, rate(fabric.between_hosts_gbytes_per_s, end));
        if (!fabric.small_between_hosts) return bulk;
        const SmallMessages& small = *fabric.small_between_hosts;
        return std::min(
            bulk + cost(small.bulk_excess_us, end) / 1e3,
            cost(fabric.between_hosts_latency_us, end) / 1e3 + ms_of_bytes(wire, rate(small.gbytes_per_s, end)));
    }
    const double share = knowledge.figure(LinkFigure::more_ranks_latency_share).likely;
    const double latency = cost(fabric.in_host_latency_us, end) * (1 + share * (ranks - 2));
    return latency / 1e3 + ms_of_bytes(wire, rate(fabric.in_host_gbytes_per_s, end));
}

double hop_ms(const Fabric& fabric, const Knowledge& knowledge, bool is_other_host, double bytes, End end) {
    // Two tensors, one after the other: between hosts, each is one of the two steps of an all-reduce; inside a host
    // it is one kernel of NCCL on either side.
    if (is_other_host) {
        return cost(fabric.between_hosts_latency_us, end) / 1e3 +
               ms_of_bytes(bytes, rate(fabric.between_hosts_gbytes_per_s, end));
    }
    return cost(knowledge.figure(LinkFigure::in_host_hop_us), end) / 1e3 +
           ms_of_bytes(bytes, rate(fabric.in_host_gbytes_per_s, end));
}

SpeedTimes speed_times(const SpeedInputs& inputs, End end) {
    SpeedTimes times;
    times.decode = decode_times(inputs, end);
    const double prompts = inputs.running() * static_cast<double>(inputs.workload.prompt_tokens);
    const double chunk = inputs.chunk_tokens();
    // All arrive together; the request in the middle has its first token after the chunk in which its prompt ends.
    const double until_middle = std::min(prompts, std::ceil(prompts / 2 / chunk) * chunk);
    times.prefill = prefill_of(inputs, until_middle, end);
    times.all_prompts_ms = prompts > until_middle ? sum(prefill_of(inputs, prompts, end)) : sum(times.prefill);
    const double all_ms = times.all_prompts_ms;
    const double later_ms = all_ms - sum(times.prefill);
    const double outputs = std::max(1.0, static_cast<double>(inputs.workload.output_tokens) - 1);
    // Prompts after its own hold the request in the middle up. Where requests have come apart, so do others' that
    // arrive while it writes.
    times.decode[interruption_part] = (end == End::high ? all_ms - all_ms / inputs.running() : later_ms) / outputs;
    times.tpot_ms = sum(times.decode);
    times.prefill[prefill_request_part] =
        cost(inputs.figure(SpeedFigure::request_ms), end) +
        inputs.running() * inputs.sizes.data_parallel * cost(inputs.figure(SpeedFigure::admission_ms), end);
    // Who finds no place waits for whole rounds; the request in the middle for half of them.
    const double round = all_ms + outputs * times.tpot_ms;
    times.prefill[prefill_queue_part] = std::floor((inputs.rounds() - 1) / 2 + 0.5) * round;
    times.ttft_ms = sum(times.prefill);
    const double served = times.ttft_ms - times.prefill[prefill_queue_part] + outputs * times.tpot_ms;
    times.output_tokens_per_s = inputs.running() * inputs.sizes.data_parallel *
                                static_cast<double>(inputs.workload.output_tokens) / served * 1e3;
    return times;
}

}  // namespace r1cluster::detail
