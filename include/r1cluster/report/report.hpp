// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace r1cluster {

/// Ordered by how much it matters.
enum class Severity {
    error,    ///< the deployment will not work, or not do what was asked
    warning,  ///< it will work, but worse than it could, or not for long
    unknown,  ///< could not be judged; never counts as passed
    info,     ///< worth knowing
};

std::string_view to_text(Severity severity);

/// One thing that is not as it must be, or could not be judged.
struct Finding {
    std::string id;  ///< stable, for waivers and searching: "host.reached"
    Severity severity = Severity::error;
    std::string subject;   ///< host, pair "a -> b", file or rank
    std::string observed;  ///< what was seen, or why nothing could be seen
    std::string expected;  ///< what must hold
    std::string remedy;    ///< what to do, as a command where there is one
    std::string source;    ///< where the rule comes from
    bool operator==(const Finding&) const = default;
};

/// A rule that was applied, and to how many subjects. Lets a reader see what a clean report means.
struct CheckedRule {
    std::string id;
    std::string requirement;  ///< one sentence: what must hold
    int subjects = 0;         ///< hosts, pairs or ranks looked at
    int passed = 0;
    bool operator==(const CheckedRule&) const = default;
};

/// All findings, most severe first, and everything that was checked.
struct Report {
    std::vector<Finding> findings;
    std::vector<CheckedRule> checked;

    int count(Severity severity) const;
    /// True when no finding is an error or unknown.
    bool is_clean() const;
    bool operator==(const Report&) const = default;
};

/// For a terminal: first line the verdict, then findings, then what was checked (with `explain`).
std::string show(const Report& report, bool explain = false);
/// For a notebook.
std::string show_html(const Report& report);

/// Joins reports; findings stay ordered by severity, rules with the same id are added up.
Report merge(const Report& first, const Report& second);

}  // namespace r1cluster
