// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/registry/registry.hpp"
#include "layout/words.hpp"
#include "plan/placement.hpp"
#include "plan/search.hpp"
#include "plan/sizes.hpp"
#include "plan/suggestions.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/plan/plan.hpp"

namespace r1cluster {
namespace {

using detail::Found;
using detail::joined;
using detail::PartitionChoice;
using detail::tokens_text;

double percent_more(double more, double than) { return 100 * (more / than - 1); }

/// What the partition is good for; empty where it is the engine's own and the best.
std::string about_partition(const Found& found, const Layout& layout) {
    const std::vector<int>& partition = layout.layers_per_stage;
    const PartitionChoice &usual = found.usual, &roomiest = found.roomiest;
    const std::int64_t tokens = layout.kv_tokens->likely / layout.data_parallel;
    const std::string setting =
        fmt::format("{}={}", detail::engine_called(layout.engine.name).partition_variable, joined(partition));
    if (partition != usual.layers && usual.tokens < 1) {
        return fmt::format("{} fits, where the engine's own {} does not", setting, joined(usual.layers));
    }
    if (partition != usual.layers && tokens <= usual.tokens) {
        return fmt::format("{} serves more tokens per second of many requests than the engine's own {}", setting,
                           joined(usual.layers));
    }
    if (partition != usual.layers) {
        return fmt::format(
            "{} has room for {} tokens, {:.1f} % more than the engine's own {}", setting, tokens_text(tokens),
            percent_more(static_cast<double>(tokens), static_cast<double>(usual.tokens)), joined(usual.layers));
    }
    if (usual.layers == roomiest.layers) return "";
    return fmt::format("the engine's own partition; {} has room for {:.1f} % more tokens", joined(roomiest.layers),
                       percent_more(static_cast<double>(roomiest.tokens), static_cast<double>(tokens)));
}

/// Why it stands where it stands.
std::string about_place(const Goal& goal, const Found& found, const Found& best) {
    std::string text;
    const auto compared = [&](std::string_view what, double value, double of_best) {
        if (&found == &best) return fmt::format("best for {}; ", what);
        const double percent = percent_more(value, of_best);
        return percent > -0.5 && percent < 0.5 ? fmt::format("as good for {} as the first; ", what)
                                               : fmt::format("{}: {:.0f} % {} than the first; ", what,
                                                             std::abs(percent), percent > 0 ? "more" : "less");
    };
    switch (goal.kind) {
        case GoalKind::latency:
            if (found.latency_ms && best.latency_ms) {
                text += compared("time per output token", *found.latency_ms, *best.latency_ms);
            }
            break;
        case GoalKind::users:
            if (found.cost > 0) {
                text += fmt::format("{:.0f} % of the tokens of {} users do not fit at a time; ", 100 * found.cost,
                                    goal.users);
            } else if (found.cost < 0 && best.cost < 0) {
                text += compared("output tokens per second", -found.cost, -best.cost);
            }
            break;
        case GoalKind::throughput:
            if (found.tokens_per_s && best.tokens_per_s) {
                text += compared("output tokens per second", *found.tokens_per_s, *best.tokens_per_s);
            }
            break;
        case GoalKind::context:
            text += compared("the longest request", static_cast<double>(found.longest_request),
                             static_cast<double>(best.longest_request));
            break;
    }
    return text;
}

/// Makes the layouts that a plan lists.
class Listing {
public:
    Listing(const detail::SearchInput& input, detail::Search& search, const Goal& goal)
        : input_(input), search_(search), goal_(goal) {}

    Layout layout(const Found& found, const Found& best, const std::vector<int>& partition) const {
        const detail::WeightBytes& weights = search_.weights_of(found.sizes);
        const detail::Candidate candidate(input_, weights, found.sizes);
        Layout layout = detail::Placement(input_, weights, candidate, partition).layout();
        layout.is_pareto = found.is_pareto && partition == found.chosen;
        layout.workload = detail::workload_of(goal_, layout.kv_tokens->likely, *layout.longest_request_tokens);
        if (const auto point = search_.speed(candidate, partition, *layout.workload)) {
            layout.ttft_ms = point->ttft_ms;
            layout.tpot_ms = point->tpot_ms;
            layout.output_tokens_per_s = point->output_tokens_per_s;
        } else {
            layout.workload.reset();
        }
        add_notes(layout, found, candidate, &found == &best);
        const std::string given = input_.spec.layout.layers_per_stage ? "layers as the spec divides them; " : "";
        layout.because = given + about_place(goal_, found, best) + layout.because;
        return layout;
    }

private:
    void add_notes(Layout& layout, const Found& found, const detail::Candidate& candidate, bool is_best) const {
        std::vector<std::string> notes;
        if (!found.is_started_by_up) {
            notes.push_back("planned, not yet started by up: it starts one copy of the attention");
        }
        if (found.needs_fast_network) {
            notes.push_back(
                fmt::format("its tensor-parallel groups span hosts over {}: it comes after those that do not",
                            input_.fabric.between_hosts_name.empty() ? "a network that was not seen"
                                                                     : input_.fabric.between_hosts_name));
        }
        if (!found.uses_all_devices) {
            const auto hosts = static_cast<int>(input_.devices.hosts.size());
            notes.push_back(fmt::format("leaves {} of {} GPUs unused",
                                        hosts * input_.devices.per_host - layout.world_size(),
                                        hosts * input_.devices.per_host));
        }
        if (std::string about = about_partition(found, layout); !about.empty()) notes.push_back(std::move(about));
        const auto faster =
            is_best ? search_.faster_partition(candidate, found, layout.layers_per_stage) : std::nullopt;
        if (faster) {
            notes.push_back(fmt::format(
                "for throughput {} is better: {:.0f} % more tokens per second of many requests, room for {} tokens",
                joined(faster->layers), 100 * faster->gain, tokens_text(faster->tokens)));
        }
        layout.notes.insert(layout.notes.begin(), notes.begin(), notes.end());
    }

    const detail::SearchInput& input_;
    detail::Search& search_;
    const Goal& goal_;
};

void list(Plan& plan, const Listing& listing, const std::vector<Found>& order, std::size_t limit) {
    plan.unlisted = static_cast<std::int64_t>(order.size());
    for (const Found& found : order) {
        if (plan.layouts.size() == limit) break;
        --plan.unlisted;
        plan.layouts.push_back(listing.layout(found, order.front(), found.chosen));
        // What happens without the setting, once.
        const bool is_other = found.chosen != found.usual.layers && found.usual.tokens > 0;
        if (&found == &order.front() && is_other && plan.layouts.size() < limit) {
            plan.layouts.push_back(listing.layout(found, order.front(), found.usual.layers));
        }
    }
}

/// That the first of the spec's hosts would do better alone, which is so where the model is small: a second stage makes
/// no request faster. Empty where they would not, or where the spec says how many ranks there shall be.
std::string better_on_fewer_hosts(const detail::SearchInput& all, const Cluster& cluster, const Goal& goal,
                                  const Found& best) {
    if (!all.devices.is_gpu || all.spec.layout != LayoutSpec{}) return "";
    for (std::size_t count = 1; count < all.spec.hosts.size(); count *= 2) {
        DeploymentSpec fewer = all.spec;
        fewer.hosts.resize(count);
        const detail::Devices devices = detail::devices_of(fewer, cluster);
        if (!devices.refusal.empty()) continue;
        const detail::EngineOptions options =
            detail::choose_options(fewer, cluster, all.config, devices, *all.options.knowledge);
        const detail::SearchInput input{fewer,       all.config,
                                        devices,     options,
                                        all.weights, detail::fabric_of(cluster, devices, *all.options.knowledge)};
        detail::Rejections unused;
        const std::vector<Found> order = detail::Search(input, goal, unused).run();
        if (order.empty() || order.front().holds_a_request < best.holds_a_request) continue;
        const Found& found = order.front();
        const double gain = (best.cost - found.cost) / std::abs(best.cost);
        if (!(gain > detail::worthwhile_gain)) continue;
        return fmt::format(
            "{} alone would be {:.0f} % better for {}: {} with room for {} tokens; for that, leave the other host{} "
            "out",
            count == 1 ? fmt::format("\"{}\"", fewer.hosts.front().name) : fmt::format("the first {} hosts", count),
            100 * gain, text_of(goal), detail::in_words(found.sizes), tokens_text(found.kv_tokens),
            all.spec.hosts.size() - count == 1 ? "" : "s");
    }
    return "";
}

}  // namespace

Plan plan_layouts(const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint,
                  const PlanOptions& plan_options, const Knowledge& knowledge) {
    if (plan_options.limit < 1) {
        throw Error(ErrorKind::invalid_input, "limit",
                    fmt::format("planning: a limit of {} layouts; expected 1 or more", plan_options.limit));
    }
    family_of(checkpoint.config);  // throws for a model that nobody here can slice
    Plan plan;
    plan.goal = spec.serve.goal.value_or(Goal{});
    const detail::Devices devices = detail::devices_of(spec, cluster);
    const detail::EngineOptions options = detail::choose_options(spec, cluster, checkpoint.config, devices, knowledge);
    plan.engine = options;
    const auto reject_all = [&](const std::string& because) {
        plan.rejected.push_back({spec.layout.tensor_parallel.value_or(0),
                                 detail::stages_wanted(spec.layout).value_or(0), because, "", 1, ""});
    };
    if (!devices.refusal.empty()) {
        reject_all(devices.refusal);
        return plan;
    }
    const detail::WeightTable weights(checkpoint.config,
                                      detail::placed_tensors(checkpoint, detail::Loader(options.loading(), knowledge)));
    const detail::SearchInput input{
        spec,    checkpoint.config, devices,
        options, weights,           devices.is_gpu ? detail::fabric_of(cluster, devices, knowledge) : detail::Fabric{}};
    detail::Rejections rejections;
    std::vector<Found> order;
    const std::string refusal = detail::engine_refusal(options, checkpoint.config, devices);
    if (refusal.empty()) {
        detail::Search search(input, plan.goal, rejections);
        order = search.run();
        list(plan, Listing(input, search, plan.goal), order, static_cast<std::size_t>(plan_options.limit));
        if (!order.empty()) {
            const std::string fewer = better_on_fewer_hosts(input, cluster, plan.goal, order.front());
            if (!fewer.empty()) plan.layouts.front().notes.push_back(fewer);
        }
        plan.rejected = rejections.folded(spec.layout);
    } else {
        reject_all(refusal);
    }
    // Where a size is what cannot be, other weights would not help.
    if (!refusal.empty() || !order.empty() || rejections.has("memory"))
        plan.suggestions = detail::suggestions(input, cluster);
    return plan;
}

}  // namespace r1cluster
