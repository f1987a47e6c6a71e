// SPDX-License-Identifier: Apache-2.0
// What a step of decide() refused, and what the settings say against the spec.
#include <array>

#include "check/rule.hpp"

namespace r1cluster::detail {
namespace {

/// One subject: the deployment. A step that was never tried does not concern its rule.
void judge_step(const CheckInput& input, Verdicts& verdicts, DecisionStep step, bool has_value,
                const std::string& expected, const std::string& remedy, std::string_view cause = "") {
    if (const Refusal* refusal = input.decision.find(step)) {
        verdicts.add(refusal->subject,
                     {{{Severity::error, refusal->because, expected, remedy, "", std::string(cause)}}});
    } else if (has_value) {
        verdicts.add(input.spec.name, passed);
    }
}

void judge_checkpoint(const CheckInput& input, Verdicts& verdicts) {
    judge_step(input, verdicts, DecisionStep::checkpoint, input.checkpoint.has_value(), "a checkpoint that is whole",
               "copy the checkpoint again", cause_checkpoint);
}

void judge_plan(const CheckInput& input, Verdicts& verdicts) {
    judge_step(input, verdicts, DecisionStep::plan, input.layout.has_value(),
               "a layout that these hosts and this model allow", "change [layout], or the hosts", cause_layout);
}

void judge_settings(const CheckInput& input, Verdicts& verdicts) {
    judge_step(input, verdicts, DecisionStep::settings, input.settings.has_value(),
               "variables that an environment can hold", "correct [env] of the spec");
}

void judge_launch(const CheckInput& input, Verdicts& verdicts) {
    judge_step(input, verdicts, DecisionStep::launch, input.launch_plan.has_value(),
               "an engine and a layout that go together", "change [engine] or [layout] of the spec");
}

/// The findings that choose_settings() made under the rule's id, host by host.
void judge_host_settings(const CheckInput& input, Verdicts& verdicts) {
    if (!input.settings) return;
    for (const HostSettings& host : input.settings->hosts) {
        std::vector<Violation> problems;
        for (const Finding& finding : input.settings->findings) {
            if (finding.id != verdicts.checked().id || finding.subject != host.host) continue;
            problems.push_back({finding.severity, finding.observed, finding.expected, finding.remedy});
        }
        verdicts.add(host.host, problems);
    }
}

constexpr std::array decision_rule_list{
    Rule{"checkpoint.readable", judge_checkpoint}, Rule{"plan.possible", judge_plan},
    Rule{"config.possible", judge_settings},       Rule{"config.interface", judge_host_settings},
    Rule{"config.address", judge_host_settings},   Rule{"config.override", judge_host_settings},
    Rule{"launch.possible", judge_launch},
};

}  // namespace

std::span<const Rule> decision_rules() { return decision_rule_list; }

}  // namespace r1cluster::detail
