// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/layout/layout.hpp"
#include "r1cluster/model/checkpoint.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

/// One reason why layouts were rejected, and which layouts.
struct RejectedLayout {
    int tensor_parallel = 1;    ///< of the layout that came nearest to fitting; 0: the reason holds for every size
    int pipeline_parallel = 1;  ///< 0: the reason holds for every size
    std::string because;        ///< the complete reason, in the words of the engine where it is the engine that refuses
    std::string brief;          ///< the first part of `because`, and what is possible; empty: `because` is short
    std::int64_t count = 1;     ///< number of layouts that the reason holds for
    std::string sizes;          ///< their sizes: "TP 3 and TP 6", "TP 4 x PP 4"; empty: every size
    bool is_unasked =
        false;  ///< uses expert parallelism or decode context parallelism, which the spec does not ask for
    bool operator==(const RejectedLayout&) const = default;
};

/// The layouts that these machines and this model allow.
struct Plan {
    Engine engine;                ///< of every layout
    Goal goal;                    ///< what the layouts are ordered by
    std::vector<Layout> layouts;  ///< best first; empty: nothing fits, and `rejected` says why
    std::int64_t unlisted =
        0;  ///< possible layouts that are not listed: above the limit, or in nothing better than a listed one
    std::vector<RejectedLayout> rejected;  ///< what cannot be, by reason
    std::vector<std::string> suggestions;  ///< a quantised form, or a smaller model, that these machines can serve

    /// The first of the layouts. Throws Error (invalid_input) with the reasons of `rejected` where nothing fits.
    const Layout& best() const;
    bool operator==(const Plan&) const = default;
};

struct PlanOptions {
    std::int64_t limit = 16;  ///< layouts that are listed, with all of their ranks
    bool operator==(const PlanOptions&) const = default;
};

/// Searches every TP x PP x DP, experts whole or divided, decode context parallel sizes, and for each the engine's own
/// partition of the layers and the one with most room, for the hosts and the goal of the spec; docs/plan.md has the
/// rules. Every host has as many ranks as the others; hosts are filled in the spec's order. What the spec's [layout]
/// says is the only one judged; parts that it leaves out are chosen. Forecasts order them, by their likely values; of
/// those within 3 % the simplest comes first. A layout that up() does not start yet (data parallel) comes after all
/// that it does, unless the spec asks for it.
///
/// Works from facts alone: a host that was not reached, or that has no GPU beside others that have, is a
/// rejection of every size. A tensor whose place is not known counts on every rank. Throws Error
/// (invalid_input) for an architecture without slicing rules, and for a limit below 1.
Plan plan_layouts(const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint,
                  const PlanOptions& options = {}, const Knowledge& knowledge = Knowledge::embedded());

/// For a terminal: the chosen layout with a row for each kind of rank, then the others, then the rejected.
std::string show(const Plan& plan, bool explain = false);
/// For a notebook.
std::string show_html(const Layout& layout);
std::string show_html(const Plan& plan);

}  // namespace r1cluster
