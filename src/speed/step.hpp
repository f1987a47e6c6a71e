// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Times of a decode step and of prefill, at one end of all bands. The terms add up to the whole.

#include <array>
#include <cstddef>

#include "speed/model.hpp"
#include "speed/work.hpp"

namespace r1cluster::detail {

using knowledge::LinkFigure;
using knowledge::SpeedFigure;

/// Which end of every band: `low` is all that is fast.
enum class End { low, likely, high };

double cost(const Interval& band, End end);
/// Of a rate, whose high end is the fast one.
double rate(const Interval& band, End end);

/// Parts of a decode step.
enum DecodePart : std::size_t {
    weights_part,
    arithmetic_part,
    cache_part,
    launch_part,
    all_reduce_part,
    exchange_part,
    hop_part,
    sampling_part,
    engine_part,
    wait_part,
    interruption_part,
    decode_parts
};

/// Parts of the time to a first token.
enum PrefillPart : std::size_t {
    prefill_request_part,
    prefill_arithmetic_part,
    prefill_weights_part,
    prefill_attention_part,
    prefill_launch_part,
    prefill_all_reduce_part,
    prefill_exchange_part,
    prefill_hop_part,
    prefill_queue_part,
    prefill_parts
};

using DecodeTimes = std::array<double, decode_parts>;
using PrefillTimes = std::array<double, prefill_parts>;

/// All that a forecast of one layout is made from.
struct SpeedInputs {
    EngineOptions options;
    ModelConfig config;
    LayoutSizes sizes;
    std::vector<StagePlacement> stages;
    Fabric fabric;
    Workload workload;
    std::vector<StageWork> works;
    std::vector<DeviceRates> rates;  ///< of each stage's device
    knowledge::EngineOverheads overheads;

    template <class Name>
    const Interval& figure(Name name) const {
        return options.knowledge->figure(name);
    }
    /// Requests that one data-parallel replica runs at a time, and in how many rounds it gets to all of them.
    double running() const;
    double rounds() const;
    /// Those of so many tokens, one of each request or all that are drafted for it, that choose experts of their own.
    double different_tokens(double tokens) const;
    /// Tokens that one step may prefill.
    double chunk_tokens() const;
};

struct SpeedTimes {
    DecodeTimes decode{};    ///< ms for each output token; sums up to TPOT
    PrefillTimes prefill{};  ///< ms; sums up to TTFT
    double tpot_ms = 0;
    double ttft_ms = 0;
    double all_prompts_ms = 0;  ///< of all requests that run at a time
    double output_tokens_per_s = 0;
};

SpeedInputs speed_inputs(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                         const std::vector<StagePlacement>& stages, const Fabric& fabric, const Workload& workload);

SpeedTimes speed_times(const SpeedInputs& inputs, End end);

/// Throws Error (invalid_input) where a stage has no GPU.
void require_gpus(const std::vector<StagePlacement>& stages);

/// One all-reduce of `bytes` among `ranks`: latency and, in a ring, 2 (T-1) / T times the bytes.
double all_reduce_ms(const Fabric& fabric, const Knowledge& knowledge, bool spans_hosts, int ranks, double bytes,
                     End end);
/// One hop of `tokens` to the next stage, without the engine's own messages.
double hop_ms(const Fabric& fabric, const Knowledge& knowledge, bool is_other_host, double bytes, End end);

}  // namespace r1cluster::detail
