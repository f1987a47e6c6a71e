// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/check/check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "check/rule.hpp"

namespace r1cluster {
namespace detail {

Verdicts::Verdicts(const knowledge::CheckRule& rule, Report& report)
    : rule_(rule), report_(report), checked_{rule.id, rule.requirement, 0, 0} {}

void Verdicts::add(const std::string& subject, const Judgement& judgement) {
    if (!judgement) return;
    ++checked_.subjects;
    const bool is_passed = std::all_of(judgement->begin(), judgement->end(),
                                       [](const Violation& problem) { return problem.severity == Severity::info; });
    if (is_passed) ++checked_.passed;
    for (const Violation& problem : *judgement) {
        report_.findings.push_back({problem.id.empty() ? rule_.id : problem.id, problem.severity, subject,
                                    problem.observed, problem.expected, problem.remedy, rule_.source});
    }
}

Violation unseen(const Machine& machine, std::string_view key, const std::string& expected) {
    if (const Gap* gap = machine.find_gap(key)) {
        return {Severity::unknown, gap->subject + ": " + gap->because, expected, gap->remedy};
    }
    // A host known by documents of other tools: one Gap stands for all that nobody asked.
    if (const Gap* gap = machine.find_gap("everything_else")) {
        return {Severity::unknown, fmt::format("{}: {}", key, gap->because), expected, gap->remedy};
    }
    return {Severity::unknown, fmt::format("{}: not read", key), expected, "read the host again"};
}

Violation absent_or_unseen(const Machine& machine, std::string_view key, const std::string& expected,
                           const std::string& remedy) {
    Violation problem = unseen(machine, key, expected);
    const Gap* gap = machine.find_gap(key);
    if (gap && gap->code == ReasonCode::not_found) {
        problem.severity = Severity::error;
        problem.remedy = remedy;
    }
    return problem;
}

std::vector<Rule> all_rules() {
    std::vector<Rule> rules;
    for (const auto& group : {host_rules(), network_rules(), security_rules(), engine_rules(), gpu_rules(),
                              hardware_rules(), checkpoint_rules(), memory_rules(), decision_rules()}) {
        rules.insert(rules.end(), group.begin(), group.end());
    }
    return rules;
}

}  // namespace detail

Report check(const Decision& decision, const Knowledge& knowledge) {
    const detail::CheckInput input{decision.spec,   decision.cluster,  decision.checkpoint,
                                   decision.layout, decision.settings, decision.launch_plan,
                                   decision,        knowledge};
    Report report;
    for (const detail::Rule& rule : detail::all_rules()) {
        detail::Verdicts verdicts(knowledge.find_check(rule.id), report);
        rule.apply(input, verdicts);
        report.checked.push_back(verdicts.checked());
    }
    std::stable_sort(report.findings.begin(), report.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
    return report;
}

}  // namespace r1cluster
