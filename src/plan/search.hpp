// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/candidate.hpp"
#include "plan/refusals.hpp"

namespace r1cluster::detail {

/// Least gain for which another partition than the engine's own, or fewer hosts, is worth a setting.
constexpr double worthwhile_gain = 0.02;

/// A partition of the layers, and what it is good for.
struct PartitionChoice {
    std::vector<int> layers;
    std::int64_t tokens = -1;  ///< of cache; 0 or less: it does not fit
};

/// A possible layout, as far as its place in the order goes.
struct Found {
    LayoutSizes sizes;
    PartitionChoice usual;     ///< the engine's own, or the one of the spec
    PartitionChoice roomiest;  ///< with most tokens
    std::vector<int> chosen;   ///< one of them, or one that is faster
    std::int64_t kv_tokens = 0;
    std::int64_t longest_request = 0;
    std::optional<double> latency_ms;    ///< time per token of a single request
    std::optional<double> tokens_per_s;  ///< of many requests
    double cost = 0;                     ///< for the goal: less is better
    bool is_started_by_up = true;
    bool holds_a_request = true;      ///< of max_model_len: otherwise the engine refuses to start
    bool needs_fast_network = false;  ///< tensor parallel over hosts without RDMA, or none that was seen
    bool uses_all_devices = true;
    bool is_pareto = false;
};

/// Requests by which throughput is compared, and those of the goal.
Workload workload_of(const Goal& goal, std::int64_t kv_tokens, std::int64_t longest_request);

class Search {
public:
    Search(const SearchInput& input, const Goal& goal, Rejections& rejections);

    /// All that is possible, best first.
    std::vector<Found> run();

    const WeightBytes& weights_of(const LayoutSizes& sizes);
    /// A partition that serves clearly more output tokens per second of many requests than `than`: the engine's own,
    /// the roomiest, or the one whose heaviest stage is lightest (in large batches a stage reads all of its weights).
    /// Unset: none of them, or no forecast.
    struct Faster {
        std::vector<int> layers;
        double gain = 0;  ///< 0.03: 3 % more tokens per second
        std::int64_t tokens = 0;
    };
    std::optional<Faster> faster_partition(const Candidate& candidate, const Found& found,
                                           const std::vector<int>& than) const;
    /// Its forecast is unset where there is none: a CPU, or a GPU that is not known.
    std::optional<SpeedPoint> speed(const Candidate& candidate, const std::vector<int>& partition,
                                    const Workload& workload) const;

private:
    void judge(const LayoutSizes& sizes, bool uses_all_devices);
    void refuse_world();
    bool refuses_mixed(const Candidate& candidate);
    std::optional<Found> measured(const Candidate& candidate);
    void refuse_memory(const Candidate& candidate, const PartitionChoice& best);
    bool refuses_fixed_cache(const Candidate& candidate, const PartitionChoice& best);
    std::vector<int> chosen_partition(const Candidate& candidate, const Found& found) const;

    const SearchInput& input_;
    const Goal& goal_;
    Rejections& rejections_;
    SizeRefusals refusals_;
    std::map<WeightSizes, WeightBytes> weights_;
    std::vector<Found> found_;
};

}  // namespace r1cluster::detail
