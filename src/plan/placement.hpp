// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "plan/candidate.hpp"
#include "r1cluster/memory/memory.hpp"
#include "r1cluster/plan/plan.hpp"

namespace r1cluster::detail {

/// Every rank of a candidate under one partition, by the memory model itself: what a plan lists, and why it is refused.
class Placement {
public:
    Placement(const SearchInput& input, const WeightBytes& weights, const Candidate& candidate,
              std::vector<int> partition);

    /// Why it does not fit, or holds no request; empty where it is possible.
    std::string refusal() const;
    /// Without forecast of speed and place in the order.
    Layout layout() const;

private:
    struct Budget {
        std::vector<MemoryTerm> terms;  ///< without the cache
        WholeInterval free_bytes;       ///< negative: does not fit
    };

    void add_rank(int rank);
    const Budget& budget_of(const RankPlacement& rank, const Device& device);
    std::uint64_t fixed_cache_bytes() const;
    bool is_cache_what_remains() const { return input_.devices.is_gpu && !input_.options.kv_cache_bytes; }
    std::string gpu_refusal() const;
    std::string cpu_refusal() const;
    std::string length_refusal() const;
    std::string explanation() const;
    std::vector<std::string> notes(const Layout& layout) const;

    const SearchInput& input_;
    const WeightBytes& weights_;
    const Candidate& candidate_;
    std::vector<int> partition_;
    std::vector<std::int64_t> first_layers_;
    std::vector<RankPlacement> ranks_;
    /// Ranks with equal stage, weights and device have equal budgets.
    std::map<std::tuple<int, std::uint64_t, std::size_t>, Budget> budgets_;
    std::vector<const Budget*> budget_of_rank_;
    std::size_t limiting_ = 0;
};

}  // namespace r1cluster::detail
