// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/check/decision.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "r1cluster/base/error.hpp"

namespace r1cluster {
namespace {

template <class Value>
const Value& required(const Decision& decision, const std::optional<Value>& value) {
    if (value) return *value;
    // The steps after the plan say themselves what they were doing.
    for (const Refusal& refusal : decision.refusals) {
        const bool is_planning = refusal.step == DecisionStep::checkpoint || refusal.step == DecisionStep::plan;
        throw Error(
            ErrorKind::invalid_input, refusal.subject,
            is_planning ? fmt::format("planning \"{}\": {}", refusal.subject, refusal.because) : refusal.because);
    }
    const std::string& path = decision.spec.model.path;
    throw Error(ErrorKind::not_found, path, fmt::format("planning \"{}\": no host gave a checkpoint", path));
}

}  // namespace

std::string_view to_text(DecisionStep step) {
    switch (step) {
        case DecisionStep::checkpoint: return "checkpoint";
        case DecisionStep::plan: return "plan";
        case DecisionStep::settings: return "settings";
        case DecisionStep::launch: return "launch";
    }
    return "checkpoint";
}

const Refusal* Decision::find(DecisionStep step) const {
    const auto found = std::ranges::find(refusals, step, &Refusal::step);
    return found == refusals.end() ? nullptr : &*found;
}

const Layout& Decision::require_layout() const { return required(*this, layout); }
const Settings& Decision::require_settings() const { return required(*this, settings); }
const LaunchPlan& Decision::require_launch_plan() const { return required(*this, launch_plan); }

}  // namespace r1cluster
