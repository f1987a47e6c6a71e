// SPDX-License-Identifier: Apache-2.0
#include "report/grouped.hpp"

#include <algorithm>

namespace r1cluster::detail {
namespace {

bool is_known(const std::vector<std::string>& texts, const std::string& text) {
    return std::ranges::find(texts, text) != texts.end();
}

FindingGroup* find_like(std::vector<FindingGroup>& groups, const Finding& finding) {
    const auto found = std::ranges::find_if(groups, [&](const FindingGroup& group) {
        const Finding& first = group.first();
        return first.id == finding.id && first.severity == finding.severity && first.expected == finding.expected &&
               first.source == finding.source;
    });
    return found == groups.end() ? nullptr : &*found;
}

}  // namespace

std::string FindingGroup::subjects() const {
    std::vector<std::string> named;
    std::string text;
    for (const Finding* finding : findings) {
        if (is_known(named, finding->subject)) continue;
        named.push_back(finding->subject);
        text += (text.empty() ? "" : ", ") + finding->subject;
    }
    return text;
}

bool FindingGroup::agrees_on(std::string Finding::*text) const {
    return std::ranges::all_of(findings, [&](const Finding* finding) { return finding->*text == first().*text; });
}

std::vector<FindingGroup> grouped(const Report& report) {
    std::vector<FindingGroup> groups;
    for (const Finding& finding : report.findings) {
        FindingGroup* group = find_like(groups, finding);
        if (!group) group = &groups.emplace_back();
        group->findings.push_back(&finding);
    }
    return groups;
}

int count_grouped(const Report& report, Severity severity) {
    const std::vector<FindingGroup> groups = grouped(report);
    return static_cast<int>(
        std::ranges::count_if(groups, [&](const FindingGroup& group) { return group.first().severity == severity; }));
}

}  // namespace r1cluster::detail
