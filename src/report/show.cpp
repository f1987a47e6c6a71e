// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "r1cluster/report/report.hpp"
#include "report/verdict.hpp"

namespace r1cluster {
namespace {

/// Text that came from a host must not move a terminal's cursor or split a line.
std::string printable(std::string_view text) {
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return out;
}

void show_line(std::string& out, std::string_view label, const std::string& text) {
    if (!text.empty()) out += fmt::format("    {:<9} {}\n", label, printable(text));
}

void show_finding(std::string& out, const Finding& finding, bool explain) {
    out += fmt::format("\n{:<7} {}  {}\n", to_text(finding.severity), finding.id, printable(finding.subject));
    show_line(out, "observed", finding.observed);
    show_line(out, "expected", finding.expected);
    show_line(out, "remedy", finding.remedy);
    if (explain) show_line(out, "source", finding.source);
}

/// What holds of several subjects in the same words is one finding about all of them.
std::vector<Finding> merged(const std::vector<Finding>& findings) {
    std::vector<Finding> result;
    for (const Finding& finding : findings) {
        const auto same = std::ranges::find_if(result, [&](Finding known) {
            known.subject = finding.subject;
            return known == finding;
        });
        if (same == result.end()) {
            result.push_back(finding);
        } else {
            same->subject += ", " + finding.subject;
        }
    }
    return result;
}

void show_checked(std::string& out, const std::vector<CheckedRule>& checked) {
    std::size_t width = 0;
    for (const CheckedRule& rule : checked) width = std::max(width, rule.id.size());
    out += "\nchecked (passed of all subjects)\n";
    for (const CheckedRule& rule : checked) {
        const std::string result =
            rule.subjects == 0 ? "no subject" : fmt::format("{} of {}", rule.passed, rule.subjects);
        out += fmt::format("  {:<{}}  {:<10}  {}\n", rule.id, width, result, rule.requirement);
    }
}

}  // namespace

std::string detail::counted(int count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string detail::verdict(const Report& report) {
    const int errors = report.count(Severity::error), unknowns = report.count(Severity::unknown);
    const int warnings = report.count(Severity::warning);
    if (errors == 0 && unknowns == 0) {
        return warnings == 0 ? "ready" : "ready with " + counted(warnings, "warning");
    }
    std::string reasons;
    if (errors > 0) reasons = counted(errors, "error");
    if (unknowns > 0) reasons += (reasons.empty() ? "" : ", ") + counted(unknowns, "unknown");
    if (warnings > 0) reasons += ", " + counted(warnings, "warning");
    return "not ready: " + reasons;
}

std::string show(const Report& report, bool explain) {
    std::string out = detail::verdict(report) + "\n";
    for (const Finding& finding : merged(report.findings)) show_finding(out, finding, explain);
    if (explain && !report.checked.empty()) show_checked(out, report.checked);
    return out;
}

}  // namespace r1cluster
