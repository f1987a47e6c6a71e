// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/decide/decide.hpp"

#include <fmt/format.h>

#include "r1cluster/base/error.hpp"
#include "r1cluster/check/check.hpp"
#include "r1cluster/config/settings.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/plan/plan.hpp"

namespace r1cluster {
namespace {

/// Runs one step; what it throws becomes a refusal.
template <class Work>
void take_step(Decision& decision, DecisionStep step, const Work& work) {
    try {
        work();
    } catch (const Error& error) {
        const bool is_about_model = step == DecisionStep::checkpoint || step == DecisionStep::plan;
        decision.refusals.push_back({step, is_about_model ? decision.spec.model.path : error.subject(), error.what()});
    }
}

/// Unset: nothing is possible.
std::optional<Layout> chosen_layout(const DeploymentSpec& spec, const Plan& plan, int index) {
    if (plan.layouts.empty()) return std::nullopt;
    if (index < 0 || index >= static_cast<int>(plan.layouts.size())) {
        throw Error(ErrorKind::invalid_input, spec.name,
                    fmt::format("deciding \"{}\": there is no layout {}; the plan lists {}, from 0", spec.name, index,
                                plan.layouts.size()));
    }
    return plan.layouts[static_cast<std::size_t>(index)];
}

void plan_model(Decision& decision, const PlanOptions& options, const Knowledge& knowledge) {
    take_step(decision, DecisionStep::plan, [&] {
        decision.plan = plan_layouts(decision.spec, decision.cluster, *decision.checkpoint, options, knowledge);
        static_cast<void>(decision.plan.best());  // throws why nothing fits
    });
}

void plan_start(Decision& decision, const Knowledge& knowledge) {
    take_step(decision, DecisionStep::settings, [&] {
        decision.settings = choose_settings(decision.spec, decision.cluster, *decision.layout, knowledge);
    });
    if (!decision.settings) return;
    take_step(decision, DecisionStep::launch, [&] {
        decision.launch_plan =
            plan_launch(decision.spec, decision.cluster, *decision.layout, *decision.settings, knowledge);
    });
}

}  // namespace

Decision decide(const DeploymentSpec& spec, const Recording& recording, const DecideOptions& options,
                const Knowledge& knowledge) {
    Decision decision{.spec = spec, .cluster = interpret(recording, knowledge)};
    if (recording.checkpoint) {
        take_step(decision, DecisionStep::checkpoint,
                  [&] { decision.checkpoint = parse_checkpoint(*recording.checkpoint); });
    }
    if (decision.checkpoint) plan_model(decision, options.plan, knowledge);
    decision.layout = chosen_layout(spec, decision.plan, options.layout);
    if (decision.layout) plan_start(decision, knowledge);
    decision.report = check(decision, knowledge);
    return decision;
}

}  // namespace r1cluster
