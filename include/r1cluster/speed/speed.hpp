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
    Interval ms;
    std::string because;  ///< the formula with its numbers
    bool operator==(const SpeedTerm&) const = default;
};

/// How fast a layout serves one kind of load.
struct SpeedPoint {
    Workload workload;
    Interval ttft_ms;                    ///< time to first token
    Interval tpot_ms;                    ///< time per output token of one request
    Interval output_tokens_per_s;        ///< of all requests together
    std::vector<SpeedTerm> decode_step;  ///< largest first; their sum is tpot_ms
    std::vector<SpeedTerm> prefill;      ///< largest first; their sum is ttft_ms
    std::string bound_by;                ///< one sentence: what binds, and what would help most, in numbers
    bool operator==(const SpeedPoint&) const = default;
};

/// What crosses one kind of link for each token.
struct LinkTraffic {
    std::string link;  ///< "NVLink inside a host", "host a -> host b"
    double decode_bytes_per_token = 0;
    double decode_messages_per_token = 0;
    double prefill_bytes_per_token = 0;
    std::string because;
    bool operator==(const LinkTraffic&) const = default;
};

struct SpeedForecast {
    std::vector<SpeedPoint> points;  ///< one for each workload that was asked for
    std::vector<LinkTraffic> links;
    std::string accuracy;  ///< how far such forecasts were off, from docs/accuracy.md
    bool operator==(const SpeedForecast&) const = default;
};

/// From device figures, link rates (measured where the cluster has them) and the engine's overheads, for requests that
/// all arrive together, each followed by the next as soon as it ends. TTFT is that of the request in the middle.
/// docs/speed.md has each term's formula and source. Throws Error (invalid_input) for a layout without GPUs, or with
/// GPUs that the cluster has not.
SpeedForecast forecast_speed(const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint,
                             const Layout& layout, const std::vector<Workload>& workloads,
                             const Knowledge& knowledge = Knowledge::embedded());

/// A reason why a deployment is slower than it should be.
struct SlownessCause {
    std::string name;         ///< "prefill over a 1 Gb/s network"
    Interval tpot_ms;         ///< that it would give
    double fit = 0;           ///< 0 to 1: how well that agrees with what was observed
    std::string because;      ///< in numbers
    std::string how_to_tell;  ///< the measurement that confirms it or rules it out
    bool operator==(const SlownessCause&) const = default;
};

/// What may explain this observation, best fit first: each cause is put into the model, and the rate that it would
/// give compared. `observed_tokens_per_s` is what one request gets from its start to its end, which is what a user
/// sees: the engine's total, divided by the requests. Throws Error (invalid_input) where it is not above 0, or for a
/// layout without GPUs.
std::vector<SlownessCause> explain_slowness(const DeploymentSpec& spec, const Cluster& cluster,
                                            const Checkpoint& checkpoint, const Layout& layout,
                                            const Workload& workload, double observed_tokens_per_s,
                                            const Knowledge& knowledge = Knowledge::embedded());

std::string show(const SpeedForecast& forecast, bool explain = false);

}  // namespace r1cluster
