// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "plan/engine_options.hpp"
#include "plan/layout_sizes.hpp"
#include "plan/weights.hpp"
#include "r1cluster/plan/memory.hpp"

namespace r1cluster::detail {

/// One rank with what is left of its memory.
struct RankBudget {
    RankPlacement placement;
    std::uint64_t device_bytes = 0;  ///< of the GPU in all
    std::vector<MemoryTerm> terms;   ///< without the cache
    WholeInterval free_bytes;        ///< beside all terms; negative: does not fit
};

/// One TP x PP on these devices: what each rank would hold, and whether that can be.
class Candidate {
public:
    Candidate(const DeploymentSpec& spec, const EngineOptions& options, const Checkpoint& checkpoint,
              const Devices& devices, const std::vector<PlacedTensor>& tensors, LayoutSizes sizes);

    std::vector<RankBudget> budgets(const std::vector<int>& partition) const;
    /// Tokens for each stage, of its rank with fewest.
    std::vector<std::int64_t> stage_tokens(const std::vector<int>& partition) const;
    /// True where the cache takes what the weights leave, so that the partition decides how much.
    bool is_cache_what_remains() const { return devices_.is_gpu && !options_.kv_cache_bytes; }
    bool spans_hosts() const;

    /// The layout, or why it cannot be.
    std::variant<Layout, RejectedLayout> judged(const std::vector<int>& partition) const;

private:
    RankBudget budget(int rank, std::int64_t first_layer, std::int64_t layer_count) const;
    std::uint64_t kv_cache_bytes() const;
    std::string gpu_refusal(const std::vector<RankBudget>& budgets) const;
    std::string cpu_refusal(const std::vector<RankBudget>& budgets) const;
    std::string length_refusal(const Layout& layout) const;
    std::string explanation(const Layout& layout) const;

    const DeploymentSpec& spec_;
    const ModelConfig& config_;
    const Devices& devices_;
    const EngineOptions& options_;
    LayoutSizes sizes_;
    int ranks_per_host_;
    WeightBytes weights_;
};

/// Why TP x PP ranks cannot be placed on these devices, or the layers not be divided; empty where they can.
std::string size_refusal(const Devices& devices, const ModelConfig& config, int tensor_parallel, int pipeline_parallel);

}  // namespace r1cluster::detail
