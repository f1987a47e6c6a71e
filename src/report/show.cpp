// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "r1cluster/report/report.hpp"
#include "report/grouped.hpp"
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

/// One line where all findings say the same, else one for each subject: "node0: ...".
void show_lines(std::string& out, std::string_view label, const detail::FindingGroup& group,
                std::string Finding::*text) {
    if (group.agrees_on(text)) return show_line(out, label, group.first().*text);
    for (const Finding* finding : group.findings) {
        show_line(out, label, fmt::format("{}: {}", finding->subject, finding->*text));
        label = "";
    }
}

void show_group(std::string& out, const detail::FindingGroup& group, bool explain) {
    const Finding& first = group.first();
    out += fmt::format("\n{:<7} {}  {}\n", to_text(first.severity), first.id, printable(group.subjects()));
    show_lines(out, "observed", group, &Finding::observed);
    show_line(out, "expected", first.expected);
    show_lines(out, "remedy", group, &Finding::remedy);
    if (explain) show_line(out, "source", first.source);
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
    const int errors = count_grouped(report, Severity::error), unknowns = count_grouped(report, Severity::unknown);
    const int warnings = count_grouped(report, Severity::warning);
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
    for (const detail::FindingGroup& group : detail::grouped(report)) show_group(out, group, explain);
    if (explain && !report.checked.empty()) show_checked(out, report.checked);
    return out;
}

}  // namespace r1cluster
