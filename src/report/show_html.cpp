// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/html.hpp"
#include "r1cluster/report/report.hpp"
#include "report/verdict.hpp"

namespace r1cluster {
namespace {

std::string row(const Finding& finding) {
    std::string out = "<tr>";
    for (const std::string_view cell :
         {to_text(finding.severity), std::string_view(finding.id), std::string_view(finding.subject),
          std::string_view(finding.observed), std::string_view(finding.expected), std::string_view(finding.remedy)}) {
        out += "<td>" + detail::html_escaped(cell) + "</td>";
    }
    return out + "</tr>\n";
}

}  // namespace

std::string show_html(const Report& report) {
    std::string out = "<p><strong>" + detail::html_escaped(detail::verdict(report)) + "</strong></p>\n";
    if (report.findings.empty()) return out;
    out +=
        "<table>\n<tr><th>severity</th><th>rule</th><th>subject</th><th>observed</th><th>expected</th>"
        "<th>remedy</th></tr>\n";
    for (const Finding& finding : report.findings) out += row(finding);
    return out + "</table>\n";
}

}  // namespace r1cluster
