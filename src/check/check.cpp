// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/check/check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "check/rule.hpp"
#include "report/verdict.hpp"

namespace r1cluster {
namespace detail {

Verdicts::Verdicts(const knowledge::CheckRule& rule, Report& report, std::vector<std::string>& causes)
    : rule_(rule), report_(report), causes_(causes), checked_{rule.id, rule.requirement, 0, 0} {}

void Verdicts::add(const std::string& subject, const Judgement& judgement) {
    if (!judgement) return;
    ++checked_.subjects;
    const bool is_passed = std::all_of(judgement->begin(), judgement->end(),
                                       [](const Violation& problem) { return problem.severity == Severity::info; });
    if (is_passed) ++checked_.passed;
    for (const Violation& problem : *judgement) {
        report_.findings.push_back({problem.id.empty() ? rule_.id : problem.id, problem.severity, subject,
                                    problem.observed, problem.expected, problem.remedy, rule_.source});
        causes_.push_back(problem.cause);
    }
}

Violation unseen(const Machine& machine, std::string_view key, const std::string& expected) {
    if (const Gap* gap = machine.find_gap(key)) {
        return {Severity::unknown, gap->subject + ": " + gap->because, expected, gap->remedy, "", gap->key};
    }
    // A host known by documents of other tools: one Gap stands for all that nobody asked.
    if (const Gap* gap = machine.find_gap("everything_else")) {
        return {Severity::unknown, fmt::format("{}: {}", key, gap->because), expected, gap->remedy, "", gap->key};
    }
    return {Severity::unknown, fmt::format("{}: not read", key), expected, "read the host again", "", std::string(key)};
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

Violation no_layout(const CheckInput& input, const std::string& expected) {
    return {Severity::unknown,
            "no layout was planned",
            expected,
            "r1cluster plan, which says what fits or why nothing does",
            "",
            std::string(input.checkpoint ? cause_layout : cause_checkpoint)};
}

std::vector<Rule> all_rules() {
    std::vector<Rule> rules;
    for (const auto& group : {host_rules(), network_rules(), security_rules(), container_rules(), engine_rules(),
                              gpu_rules(), hardware_rules(), checkpoint_rules(), memory_rules(), decision_rules()}) {
        rules.insert(rules.end(), group.begin(), group.end());
    }
    return rules;
}

namespace {

/// Place of the finding that says why something could not be judged: an error before an unknown, of the same subject
/// before one of another. Unset: none of another rule.
std::optional<std::size_t> root_of(std::size_t index, const std::vector<Finding>& findings,
                                   const std::vector<std::string>& causes) {
    const Finding& follower = findings[index];
    const auto weight = [&](const Finding& finding) {
        return 2 * (finding.severity == Severity::error) + (finding.subject == follower.subject);
    };
    std::optional<std::size_t> root;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const Finding& finding = findings[i];
        const bool is_error = finding.severity == Severity::error;
        const bool is_first = i < index && finding.severity == Severity::unknown && finding.subject == follower.subject;
        if (causes[i] != causes[index] || finding.id == follower.id || !(is_error || is_first)) continue;
        if (!root || weight(finding) > weight(findings[*root])) root = i;
    }
    return root;
}

/// Leaves one finding for each cause: what could not be judged for the same cause is named in it.
void fold_followers(std::vector<Finding>& findings, const std::vector<std::string>& causes) {
    std::map<std::size_t, std::vector<std::string>> unjudged;  // place of the root -> ids of rules
    std::vector<bool> follows(findings.size());
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (findings[i].severity != Severity::unknown || causes[i].empty()) continue;
        const auto root = root_of(i, findings, causes);
        if (!root) continue;
        follows[i] = true;
        std::vector<std::string>& ids = unjudged[*root];
        if (std::ranges::find(ids, findings[i].id) == ids.end()) ids.push_back(findings[i].id);
    }
    for (const auto& [root, ids] : unjudged) {
        findings[root].observed +=
            fmt::format("; {} need{} it and could not be judged: {}", counted(static_cast<int>(ids.size()), "rule"),
                        ids.size() == 1 ? "s" : "", fmt::join(ids, ", "));
    }
    std::vector<Finding> kept;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (!follows[i]) kept.push_back(std::move(findings[i]));
    }
    findings = std::move(kept);
}

}  // namespace
}  // namespace detail

Report check(const Decision& decision, const Knowledge& knowledge) {
    const detail::CheckInput input{decision.spec,   decision.cluster,  decision.checkpoint,
                                   decision.layout, decision.settings, decision.launch_plan,
                                   decision,        knowledge};
    Report report;
    std::vector<std::string> causes;
    for (const detail::Rule& rule : detail::all_rules()) {
        detail::Verdicts verdicts(knowledge.find_check(rule.id), report, causes);
        rule.apply(input, verdicts);
        report.checked.push_back(verdicts.checked());
    }
    detail::fold_followers(report.findings, causes);
    std::stable_sort(report.findings.begin(), report.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
    return report;
}

}  // namespace r1cluster
