// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/report/report.hpp"

namespace r1cluster::detail {

/// Findings of one rule, one severity and one expectation, such as of several hosts: what a person reads as one.
struct FindingGroup {
    std::vector<const Finding*> findings;  ///< in the order of the report; never empty

    const Finding& first() const { return *findings.front(); }
    std::string subjects() const;  ///< "node0, node1", each once
    /// Whether all say the same in this field.
    bool agrees_on(std::string Finding::*text) const;
};

/// All findings, in the order of the report. Valid as long as the report is.
std::vector<FindingGroup> grouped(const Report& report);

/// Number of groups.
int count_grouped(const Report& report, Severity severity);

}  // namespace r1cluster::detail
