// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/report/report.hpp"

#include <algorithm>

namespace r1cluster {

std::string_view to_text(Severity severity) {
    switch (severity) {
        case Severity::error: return "error";
        case Severity::warning: return "warning";
        case Severity::unknown: return "unknown";
        case Severity::info: return "info";
    }
    return "unknown";
}

int Report::count(Severity severity) const {
    return static_cast<int>(std::count_if(findings.begin(), findings.end(),
                                          [&](const Finding& finding) { return finding.severity == severity; }));
}

bool Report::is_clean() const { return count(Severity::error) == 0 && count(Severity::unknown) == 0; }

Report merge(const Report& first, const Report& second) {
    Report merged = first;
    merged.findings.insert(merged.findings.end(), second.findings.begin(), second.findings.end());
    std::stable_sort(merged.findings.begin(), merged.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
    for (const CheckedRule& rule : second.checked) {
        const auto same = std::find_if(merged.checked.begin(), merged.checked.end(),
                                       [&](const CheckedRule& other) { return other.id == rule.id; });
        if (same == merged.checked.end()) {
            merged.checked.push_back(rule);
        } else {
            same->subjects += rule.subjects;
            same->passed += rule.passed;
        }
    }
    return merged;
}

}  // namespace r1cluster
