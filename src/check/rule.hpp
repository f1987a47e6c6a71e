// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check/subjects.hpp"
#include "r1cluster/check/check.hpp"

namespace r1cluster::detail {

/// One thing that is wrong with one subject. Becomes a Finding.
struct Violation {
    Severity severity = Severity::error;
    std::string observed;
    std::string expected;
    std::string remedy;
    std::string id;     ///< of a Problem of the machine; empty: that of the rule
    std::string cause;  ///< what was missing: the key of a Gap, or a value of the decision ("layout"); empty: nothing
};

/// What a rule says of one subject. Unset: the rule does not concern it. Without problems, or with nothing but
/// info: passed.
using Judgement = std::optional<std::vector<Violation>>;
inline const Judgement not_concerned = std::nullopt;
inline const Judgement passed = std::vector<Violation>{};

/// Collects what one rule says.
class Verdicts {
public:
    /// `causes` gets Violation::cause of each finding.
    Verdicts(const knowledge::CheckRule& rule, Report& report, std::vector<std::string>& causes);
    void add(const std::string& subject, const Judgement& judgement);
    /// A subject of a host that gave no answer: not passed, and host.reached alone says why.
    void add_unreached() { ++checked_.subjects; }
    const CheckedRule& checked() const { return checked_; }

private:
    const knowledge::CheckRule& rule_;
    Report& report_;
    std::vector<std::string>& causes_;
    CheckedRule checked_;
};

/// How a row of the table of checks, by its id, is judged.
struct Rule {
    std::string_view id;
    void (*apply)(const CheckInput&, Verdicts&) = nullptr;
};

/// A rule about each host for itself.
template <Judgement (*judge)(const CheckInput&, const Subject&)>
void each_host(const CheckInput& input, Verdicts& verdicts) {
    for (const HostSpec& host : input.spec.hosts) {
        const Machine* machine = input.cluster.find(host.name);
        if (machine == nullptr || !machine->is_reached()) {
            verdicts.add_unreached();
        } else {
            verdicts.add(host.name, judge(input, Subject{host, *machine}));
        }
    }
}

/// The same where there are several hosts; alone, nothing can disagree.
template <Judgement (*judge)(const CheckInput&, const Subject&)>
void each_of_several_hosts(const CheckInput& input, Verdicts& verdicts) {
    if (input.spec.hosts.size() > 1) each_host<judge>(input, verdicts);
}

/// Causes that are no key of a Gap of their rule.
inline constexpr std::string_view cause_checkpoint = "checkpoint", cause_layout = "layout", cause_engine = "engine",
                                  cause_runtime = "containers";

/// "Could not be seen", with the machine's own reason where it has a Gap with this key.
Violation unseen(const Machine& machine, std::string_view key, const std::string& expected);

/// The same, but an error with this remedy where the file system said that there is no such thing: that was seen.
Violation absent_or_unseen(const Machine& machine, std::string_view key, const std::string& expected,
                           const std::string& remedy);

/// No layout was planned: the plan was refused, or there was no checkpoint to plan for.
Violation no_layout(const CheckInput& input, const std::string& expected);

std::span<const Rule> host_rules();
std::span<const Rule> container_rules();
std::span<const Rule> engine_rules();
std::span<const Rule> checkpoint_rules();
std::span<const Rule> memory_rules();
std::span<const Rule> network_rules();
std::span<const Rule> security_rules();
std::span<const Rule> gpu_rules();
std::span<const Rule> hardware_rules();
std::span<const Rule> decision_rules();
/// All of them, in the order of the report.
std::vector<Rule> all_rules();

}  // namespace r1cluster::detail
