// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace r1cluster {

/// Ordered by importance.
enum class Severity {
    error,    ///< the deployment will not work, or not as the spec asks
    warning,  ///< the deployment will work, but badly or not for long
    unknown,  ///< the rule could not be judged; never counts as passed
    info,     ///< worth knowing
};

std::string_view to_text(Severity severity);

/// A fact that is not as it must be, or that could not be judged.
struct Finding {
    std::string id;                       ///< stable, for waivers and searching: "host.reached"
    Severity severity = Severity::error;  ///< how much it matters
    std::string subject;                  ///< host, pair "a -> b", file or rank
    std::string observed;                 ///< the fact that was seen, or why it could not be seen
    std::string expected;                 ///< what must hold
    std::string remedy;                   ///< what to do, as a command if possible
    std::string source;                   ///< where the rule comes from
    bool operator==(const Finding&) const = default;
};

/// A rule that was applied, with the number of its subjects; shows what a clean report covers.
struct CheckedRule {
    std::string id;           ///< of its findings: "host.reached"
    std::string requirement;  ///< one sentence: what must hold
    int subjects = 0;         ///< number of hosts, pairs or ranks judged
    int passed = 0;           ///< number of subjects that passed
    bool operator==(const CheckedRule&) const = default;
};

/// All findings, most severe first, and everything that was checked.
struct Report {
    std::vector<Finding> findings;     ///< most severe first
    std::vector<CheckedRule> checked;  ///< every rule that was applied

    int count(Severity severity) const;
    /// True when no finding is an error or unknown.
    bool is_clean() const;
    bool operator==(const Report&) const = default;
};

/// Text for a terminal: the verdict, then findings, then what was checked (with `explain`).
std::string show(const Report& report, bool explain = false);
/// For a notebook.
std::string show_html(const Report& report);

/// Joins two reports. Findings stay ordered by severity; counts of rules with the same id are added.
Report merge(const Report& first, const Report& second);

}  // namespace r1cluster
