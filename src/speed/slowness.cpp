// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/registry/registry.hpp"
#include "layout/words.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/speed/speed.hpp"
#include "speed/layout.hpp"

namespace r1cluster {
namespace {

using detail::End;
using detail::SpeedInputs;
using detail::SpeedTimes;
using knowledge::LinkFigure;

/// A change to the model that would be true if this were the cause.
struct Hypothesis {
    std::string name;
    SpeedInputs inputs;
    /// Times of prefill that requests pay again, and of prompts that stop every other request.
    double repeated_prefills = 0;
    bool do_prompts_block = false;
    Interval slowdown{1, 1, 1};  ///< of the GPUs
    std::string because{};
    std::string how_to_tell{};
};

/// Of one request, at one end of all bands.
struct Outcome {
    double tpot_ms = 0;
    double tokens_per_s = 0;  ///< over its whole life, prompt and waiting included
};

Outcome outcome(const Hypothesis& hypothesis, End end) {
    SpeedInputs inputs = hypothesis.inputs;
    const double slowdown = detail::cost(hypothesis.slowdown, end);
    for (detail::DeviceRates& rates : inputs.rates) {
        for (Interval* band : {&rates.memory_gbytes_per_s, &rates.tflops}) {
            *band = {band->low / slowdown, band->likely / slowdown, band->high / slowdown};
        }
    }
    const SpeedTimes times = detail::speed_times(inputs, end);
    const double outputs = std::max(1.0, static_cast<double>(inputs.workload.output_tokens) - 1);
    const double prompts_ms = times.all_prompts_ms * (1 + hypothesis.repeated_prefills);
    double tpot = times.tpot_ms;
    if (hypothesis.do_prompts_block) {
        tpot += prompts_ms * (1 - 1 / inputs.running()) / outputs - times.decode[detail::interruption_part];
    } else {
        tpot += hypothesis.repeated_prefills * times.all_prompts_ms / outputs;
    }
    const double life_ms = times.ttft_ms + outputs * tpot;
    return {tpot, static_cast<double>(inputs.workload.output_tokens) / life_ms * 1e3};
}

/// 1 where the likely rate is the observed one, and in proportion to what they differ by; above a half only where the
/// interval holds the observed one.
double fit_of(const Interval& predicted, double observed) {
    const double likeness = std::min(predicted.likely, observed) / std::max(predicted.likely, observed);
    const bool is_inside = observed >= predicted.low && observed <= predicted.high;
    return is_inside ? 0.5 + 0.5 * likeness : 0.5 * likeness;
}

bool any_between_hosts(const SpeedInputs& inputs) {
    return std::any_of(inputs.stages.begin(), inputs.stages.end(), [](const detail::StagePlacement& stage) {
        return stage.spans_hosts || stage.is_next_on_other_host || stage.do_experts_span_hosts;
    });
}

const char* const transports =
    "NCCL_DEBUG=INFO at the start: `via NET/IB/0/GDRDMA` is InfiniBand, `via NET/Socket` is TCP (`r1cluster diagnose` "
    "finds the lines); then sendrecv_perf of nccl-tests between the two hosts";

/// Everything between hosts over TCP on a link of so many GB/s.
Hypothesis over_tcp(const SpeedInputs& base, double gbits_per_s) {
    Hypothesis hypothesis{fmt::format("everything between hosts over {:g} Gb/s Ethernet (TCP)", gbits_per_s), base};
    detail::Fabric& fabric = hypothesis.inputs.fabric;
    const Knowledge& knowledge = *base.options.knowledge;
    detail::use_sockets(fabric, knowledge, fmt::format("TCP of {:g} Gb/s", gbits_per_s),
                        detail::socket_gbytes_per_s(gbits_per_s / 8, knowledge),
                        knowledge.figure(LinkFigure::unknown_round_trip_us));
    const double bytes = detail::hop_bytes_per_token(base.config);
    const double prompt = bytes * static_cast<double>(base.workload.prompt_tokens);
    hypothesis.because = fmt::format(
        "a prompt of {} tokens is {:.0f} MB for each hop between stages, {:.2g} s; a token is {:.1f} KB, {:.2g} ms",
        format_count(static_cast<std::uint64_t>(base.workload.prompt_tokens)), prompt / 1e6,
        prompt / 1e9 / fabric.between_hosts_gbytes_per_s.likely, bytes / 1e3,
        detail::hop_ms(fabric, knowledge, true, bytes, End::likely));
    hypothesis.how_to_tell = transports;
    return hypothesis;
}

std::string throttled_gpus(const Cluster& cluster) {
    std::string text;
    for (const Machine& machine : cluster.machines) {
        for (const Gpu& gpu : machine.gpus) {
            for (const std::string& reason : gpu.throttle_reasons) {
                if (reason == "idle" || !text.empty()) continue;
                text = fmt::format("GPU {} of \"{}\" said {}", gpu.nvml_index, machine.host, reason);
            }
        }
    }
    return text.empty() ? "no GPU said that its clocks are held down when it was read" : text;
}

void add_network_causes(std::vector<Hypothesis>& all, const SpeedInputs& base) {
    for (const double gbits : {1.0, 10.0, 100.0}) all.push_back(over_tcp(base, gbits));
    if (base.stages.size() > 1) {
        Hypothesis slow{"shapes of the hops over a slow management network", base};
        slow.inputs.overheads.hop_metadata_ms = base.figure(LinkFigure::slow_hop_metadata_ms);
        slow.because =
            "before each hop Gloo sends the tensors' shapes over the interface of GLOO_SOCKET_IFNAME, in several small "
            "messages of 0.2 to 5 ms each on a busy or distant network";
        slow.how_to_tell = "ping -c 100 between the addresses of that interface, at rest and under load";
        all.push_back(std::move(slow));
    }
    const bool is_inside = std::none_of(base.stages.begin(), base.stages.end(),
                                        [](const detail::StagePlacement& stage) { return stage.spans_hosts; });
    if (is_inside && base.sizes.tensor_parallel > 1) {
        Hypothesis spans{"tensor-parallel groups that span hosts", base};
        for (detail::StagePlacement& stage : spans.inputs.stages) stage.spans_hosts = true;
        spans.because = fmt::format("{} all-reduces a token would go over {}, {:g} us each",
                                    detail::all_reduces(base.config, base.sizes.tensor_parallel),
                                    base.fabric.between_hosts_name, base.fabric.between_hosts_latency_us.likely);
        spans.how_to_tell =
            "NCCL_DEBUG=INFO: lines of the group's communicator with `via NET` between ranks of one stage; "
            "the engine's log of which rank is on which node";
        all.push_back(std::move(spans));
    }
}

void add_host_causes(std::vector<Hypothesis>& all, const SpeedInputs& base, const Cluster& cluster) {
    if (base.sizes.tensor_parallel > 1 && base.fabric.in_host_name != "PCIe") {
        Hypothesis pcie{"GPUs of a host reach each other over PCIe, not NVLink", base};
        pcie.inputs.fabric.in_host_name = "PCIe";
        pcie.inputs.fabric.in_host_gbytes_per_s = base.figure(LinkFigure::slow_pcie_gbytes_per_s);
        pcie.inputs.fabric.in_host_latency_us = base.figure(LinkFigure::pcie_latency_us);
        pcie.because = fmt::format("{} all-reduces a token at {:.0f} us in place of {:.0f} us",
                                   detail::all_reduces(base.config, base.sizes.tensor_parallel),
                                   1e3 * detail::all_reduce_ms(pcie.inputs.fabric, *base.options.knowledge, false,
                                                               base.sizes.tensor_parallel, 0, End::likely),
                                   1e3 * detail::all_reduce_ms(base.fabric, *base.options.knowledge, false,
                                                               base.sizes.tensor_parallel, 0, End::likely));
        pcie.how_to_tell =
            "NCCL_DEBUG=INFO: `via SHM` in place of `via P2P`; is NCCL_P2P_DISABLE set, is nvidia-fabricmanager "
            "running; "
            "all_reduce_perf of nccl-tests inside one host";
        all.push_back(std::move(pcie));
    }
    if (!base.options.is_eager) {
        Hypothesis eager{"no CUDA graphs (eager mode)", base};
        eager.inputs.options.is_eager = true;
        eager.because = "every operator of every layer is launched by Python";
        eager.how_to_tell = "the engine's log: `enforce_eager=True`, or no `Capturing CUDA graph`";
        all.push_back(std::move(eager));
    }
    Hypothesis throttled{"clocks of the GPUs held down", base};
    throttled.slowdown = {1.2, 2, 4};
    throttled.because = throttled_gpus(cluster);
    throttled.how_to_tell = "nvidia-smi -q -d PERFORMANCE,CLOCK on every host, under load";
    all.push_back(std::move(throttled));
}

void add_engine_causes(std::vector<Hypothesis>& all, const SpeedInputs& base, const Layout& layout) {
    const Workload& load = base.workload;
    const std::int64_t wanted = load.concurrency * (load.prompt_tokens + load.output_tokens);
    if (layout.kv_tokens && wanted > layout.kv_tokens->low) {
        Hypothesis full{"the KV cache is full: requests are preempted and their prompts computed again", base};
        full.repeated_prefills = 1;
        full.because =
            fmt::format("{} requests want {} tokens of cache, and there are {}", load.concurrency,
                        format_count(static_cast<std::uint64_t>(wanted)), detail::in_words(layout.kv_tokens));
        const std::string_view metric = detail::engine_called(base.options.name).preemption_metric;
        full.how_to_tell = "the engine's log: `preempted`, and `GPU KV cache usage` at 100 %";
        if (!metric.empty()) full.how_to_tell += fmt::format("; /metrics: {} grows", metric);
        all.push_back(std::move(full));
    }
    if (load.concurrency > 1) {
        Hypothesis blocked{"prompts stop all other requests while they are computed", base};
        blocked.do_prompts_block = true;
        blocked.inputs.overheads.is_prefill_chunked_with_latent_attention = false;
        const bool is_forced = base.config.latent_attention && !base.overheads.is_prefill_chunked_with_latent_attention;
        blocked.because =
            is_forced ? "this engine forces chunked prefill off with latent attention, whatever its flags say, so a "
                        "prompt takes one step without other requests"
                      : "without chunked prefill a prompt takes one step without other requests";
        blocked.how_to_tell =
            "the engine's log: `MLA is enabled; forcing chunked prefill and prefix caching to be disabled`, "
            "or `chunked_prefill_enabled=False`; a short prompt alone runs at full speed";
        all.push_back(std::move(blocked));
    }
}

}  // namespace

std::vector<SlownessCause> explain_slowness(const DeploymentSpec& spec, const Cluster& cluster,
                                            const Checkpoint& checkpoint, const Layout& layout,
                                            const Workload& workload, double observed_tokens_per_s,
                                            const Knowledge& knowledge) {
    if (!(observed_tokens_per_s > 0) || !std::isfinite(observed_tokens_per_s)) {
        throw Error(ErrorKind::invalid_input, "observed_tokens_per_s",
                    fmt::format("explaining a rate: \"observed_tokens_per_s\" is {}, and must be above 0",
                                observed_tokens_per_s));
    }
    const SpeedInputs base = detail::inputs_of(spec, cluster, checkpoint, layout, workload, knowledge);
    detail::require_gpus(base.stages);
    std::vector<Hypothesis> all{{"nothing: the layout is that slow",
                                 base,
                                 0,
                                 false,
                                 {1, 1, 1},
                                 "what the forecast says of this layout as it is",
                                 "the forecast's own terms"}};
    if (any_between_hosts(base)) add_network_causes(all, base);
    add_host_causes(all, base, cluster);
    add_engine_causes(all, base, layout);

    std::vector<SlownessCause> causes;
    for (const Hypothesis& hypothesis : all) {
        const Outcome low = outcome(hypothesis, End::low), likely = outcome(hypothesis, End::likely);
        const Outcome high = outcome(hypothesis, End::high);
        const Interval rates{high.tokens_per_s, likely.tokens_per_s, low.tokens_per_s};
        causes.push_back({hypothesis.name,
                          {low.tpot_ms, likely.tpot_ms, high.tpot_ms},
                          fit_of(rates, observed_tokens_per_s),
                          fmt::format("{}; that gives a request {:.3g} tokens/s ({:.3g} to {:.3g}), observed {:.3g}",
                                      hypothesis.because, rates.likely, rates.low, rates.high, observed_tokens_per_s),
                          hypothesis.how_to_tell});
    }
    std::stable_sort(causes.begin(), causes.end(),
                     [](const SlownessCause& a, const SlownessCause& b) { return a.fit > b.fit; });
    return causes;
}

}  // namespace r1cluster
