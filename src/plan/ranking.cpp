// SPDX-License-Identifier: Apache-2.0
#include "plan/ranking.hpp"

#include <algorithm>
#include <limits>

namespace r1cluster::detail {
namespace {

/// Forecasts that are nearer to each other do not tell which is better.
constexpr double tie = 0.03;
/// Least gain for which a layout may leave devices of the spec unused.
constexpr double worth_unused_devices = 0.3;

constexpr double unknown = std::numeric_limits<double>::infinity();

/// Latency, throughput and context, each so that less is better.
struct Costs {
    double latency, throughput, context;
};

Costs costs_of(const Found& found) {
    return {found.latency_ms.value_or(unknown), found.tokens_per_s ? -*found.tokens_per_s : unknown,
            -static_cast<double>(found.longest_request)};
}

/// Better at one by more than a tie (or at all, where `margin` is 0).
bool is_better(double a, double b, double margin) { return a < b && (b == unknown || b - a > margin * std::abs(b)); }

bool is_better_at_any(const Costs& a, const Costs& b, double margin) {
    return is_better(a.latency, b.latency, margin) || is_better(a.throughput, b.throughput, margin) ||
           is_better(a.context, b.context, margin);
}

void mark_pareto(std::vector<Found>& found) {
    std::vector<Costs> costs;
    for (const Found& one : found) costs.push_back(costs_of(one));
    for (std::size_t i = 0; i < found.size(); ++i) {
        found[i].is_pareto = found[i].latency_ms && std::ranges::none_of(costs, [&](const Costs& other) {
                                 return is_better_at_any(other, costs[i], 0) && !is_better_at_any(costs[i], other, 0);
                             });
    }
}

bool is_same_division(const LayoutSizes& a, const LayoutSizes& b) {
    return a.tensor_parallel == b.tensor_parallel && a.pipeline_parallel == b.pipeline_parallel &&
           a.data_parallel == b.data_parallel;
}

/// Experts whole, or contexts divided, where that changes nothing.
std::vector<Found> without_idle_variants(std::vector<Found> found) {
    std::vector<Found> kept;
    for (Found& one : found) {
        const bool is_idle = std::ranges::any_of(kept, [&](const Found& simpler) {
            return is_same_division(simpler.sizes, one.sizes) &&
                   !is_better_at_any(costs_of(one), costs_of(simpler), tie);
        });
        if (!is_idle) kept.push_back(std::move(one));
    }
    return kept;
}

void drop_unused_devices(std::vector<Found>& found) {
    double best = unknown;
    bool is_any = false;
    for (const Found& one : found) {
        if (!one.uses_all_devices) continue;
        if (one.holds_a_request) best = std::min(best, one.cost);
        is_any = true;
    }
    if (!is_any) return;
    std::erase_if(found, [&](const Found& one) {
        return !one.uses_all_devices && !(one.holds_a_request && is_better(one.cost, best, worth_unused_devices));
    });
}

/// What no forecast outweighs, worst first: up() does not start it; the engine refuses to; two all-reduces a layer over
/// a network that is slow, or that nobody has seen.
auto tier_of(const Found& found) {
    return std::tuple{!found.is_started_by_up, !found.holds_a_request, found.needs_fast_network};
}

/// Where max_model_len does not fit, the nearest to it is the best.
double cost_of(const Found& found) {
    return found.holds_a_request ? found.cost : -static_cast<double>(found.kv_tokens);
}

}  // namespace

std::vector<Found> ranked(std::vector<Found> found) {
    drop_unused_devices(found);
    found = without_idle_variants(std::move(found));
    mark_pareto(found);
    // Those within a tie of the best are equal, and the first of them is the simplest; then again without it.
    std::vector<Found> order;
    while (!found.empty()) {
        const auto best = std::ranges::min_element(found, [](const Found& a, const Found& b) {
            return std::tuple{tier_of(a), cost_of(a)} < std::tuple{tier_of(b), cost_of(b)};
        });
        const auto first = std::ranges::find_if(found, [&](const Found& one) {
            return tier_of(one) == tier_of(*best) && !is_better(cost_of(*best), cost_of(one), tie);
        });
        order.push_back(std::move(*first));
        found.erase(first);
    }
    return order;
}

}  // namespace r1cluster::detail
