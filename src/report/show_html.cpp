// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/html.hpp"
#include "r1cluster/report/report.hpp"
#include "report/verdict.hpp"

namespace r1cluster {
namespace {

std::string row(const Finding& finding) {
    return detail::html_row(
        {to_text(finding.severity), finding.id, finding.subject, finding.observed, finding.expected, finding.remedy});
}

}  // namespace

std::string show_html(const Report& report) {
    std::string out = "<p><strong>" + detail::html_escaped(detail::verdict(report)) + "</strong></p>\n";
    if (report.findings.empty()) return out;
    out += "<table>\n" + detail::html_row({"severity", "rule", "subject", "observed", "expected", "remedy"}, "th");
    for (const Finding& finding : report.findings) out += row(finding);
    return out + "</table>\n";
}

}  // namespace r1cluster
