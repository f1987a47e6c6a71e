// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "r1cluster/base/interval.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/layout/layout.hpp"

namespace r1cluster {

/// One part of the time of a step.
struct SpeedTerm {
    std::string
        name;  ///< "weights from HBM", "KV cache from HBM", "arithmetic", "all-reduces", "launch", "pipeline hops", ...
    Interval ms;          ///< milliseconds of a step
    std::string because;  ///< the formula with its numbers
    bool operator==(const SpeedTerm&) const = default;
};

/// The speed of a layout for one workload.
struct SpeedPoint {
    Workload workload;                   ///< that the figures are for
    Interval ttft_ms;                    ///< time to first token
    Interval tpot_ms;                    ///< time per output token of one request
    Interval output_tokens_per_s;        ///< sum over all requests
    std::vector<SpeedTerm> decode_step;  ///< largest first; their sum is tpot_ms
    std::vector<SpeedTerm> prefill;      ///< largest first; their sum is ttft_ms
    std::string bound_by;                ///< one sentence: the limiting term and the most useful change, in numbers
    bool operator==(const SpeedPoint&) const = default;
};

/// Traffic per token on one kind of link.
struct LinkTraffic {
    std::string link;                      ///< "NVLink inside a host", "host a -> host b"
    double decode_bytes_per_token = 0;     ///< while answers are made
    double decode_messages_per_token = 0;  ///< while answers are made
    double prefill_bytes_per_token = 0;    ///< while prompts are read
    std::string because;                   ///< the formula with its numbers
    bool operator==(const LinkTraffic&) const = default;
};

/// How fast a layout serves the loads that were asked for.
struct SpeedForecast {
    std::vector<SpeedPoint> points;  ///< one for each requested workload
    std::vector<LinkTraffic> links;  ///< what crosses them
    std::string accuracy;            ///< errors of such forecasts, from docs/accuracy.md
    bool operator==(const SpeedForecast&) const = default;
};

/// Forecasts from device figures, link rates (measured rates if the cluster has them) and the engine's overheads. All
/// requests arrive together, and each is followed by the next when it ends. TTFT is that of the median request.
/// docs/speed.md has each term's formula and source. Throws Error (invalid_input) for a layout without GPUs, or with
/// GPUs that the cluster does not have.
SpeedForecast forecast_speed(const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint,
                             const Layout& layout, const std::vector<Workload>& workloads,
                             const Knowledge& knowledge = Knowledge::embedded());

/// A possible reason why a deployment is slower than expected.
struct SlownessCause {
    std::string name;         ///< "prefill over a 1 Gb/s network"
    Interval tpot_ms;         ///< TPOT that the cause would give
    double fit = 0;           ///< 0 to 1: agreement with the observed rate
    std::string because;      ///< the comparison in numbers
    std::string how_to_tell;  ///< measurement that confirms or excludes the cause
    bool operator==(const SlownessCause&) const = default;
};

/// Ranks possible causes of an observed rate, best fit first. Each cause is added to the model, and the resulting rate
/// is compared with the observed one. `observed_tokens_per_s` is the rate of one request from start to end, as a user
/// sees it: the engine's total divided by the requests. Throws Error (invalid_input) if the rate is not positive, or
/// for a layout without GPUs.
std::vector<SlownessCause> explain_slowness(const DeploymentSpec& spec, const Cluster& cluster,
                                            const Checkpoint& checkpoint, const Layout& layout,
                                            const Workload& workload, double observed_tokens_per_s,
                                            const Knowledge& knowledge = Knowledge::embedded());

std::string show(const SpeedForecast& forecast, bool explain = false);

}  // namespace r1cluster
