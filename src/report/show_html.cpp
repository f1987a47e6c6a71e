// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/html.hpp"
#include "r1cluster/report/report.hpp"
#include "report/grouped.hpp"
#include "report/verdict.hpp"

namespace r1cluster {
namespace {

std::string texts_of(const detail::FindingGroup& group, std::string Finding::*text) {
    if (group.agrees_on(text)) return group.first().*text;
    std::string all;
    for (const Finding* finding : group.findings) {
        all += fmt::format("{}{}: {}", all.empty() ? "" : "; ", finding->subject, finding->*text);
    }
    return all;
}

std::string row(const detail::FindingGroup& group) {
    const Finding& first = group.first();
    return detail::html_row({to_text(first.severity), first.id, group.subjects(), texts_of(group, &Finding::observed),
                             first.expected, texts_of(group, &Finding::remedy)});
}

}  // namespace

std::string show_html(const Report& report) {
    std::string out = "<p><strong>" + detail::html_escaped(detail::verdict(report)) + "</strong></p>\n";
    if (report.findings.empty()) return out;
    out += "<table>\n" + detail::html_row({"severity", "rule", "subject", "observed", "expected", "remedy"}, "th");
    for (const detail::FindingGroup& group : detail::grouped(report)) out += row(group);
    return out + "</table>\n";
}

}  // namespace r1cluster
