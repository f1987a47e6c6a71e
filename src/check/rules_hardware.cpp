// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "check/rule.hpp"

namespace r1cluster::detail {
namespace {

/// A fault of a GPU that no rank uses, or of GPUs on a host whose ranks use none, stops nothing.
Severity severity_of(const Problem& problem, const CheckInput& input, const Subject& subject) {
    if (problem.severity != Severity::error) return problem.severity;
    if (!uses_gpus(input, subject)) return Severity::warning;
    const auto is_named = [&](const auto& gpu) { return device_name(gpu) == problem.subject; };
    const auto used = used_gpus(input, subject);
    const bool is_gpu = std::ranges::any_of(subject.machine.gpus, is_named);
    const bool is_used = std::ranges::any_of(used, [&](const Gpu* gpu) { return is_named(*gpu); });
    return is_gpu && !is_used ? Severity::warning : Severity::error;
}

Judgement judge_healthy(const CheckInput& input, const Subject& subject) {
    const std::string expected = "no fault in GPUs, links, HCAs and the services that they need";
    if (subject.machine.gpus.empty() && subject.machine.problems.empty()) {
        if (!uses_gpus(input, subject)) return not_concerned;
        return {{unseen(subject.machine, "gpus", expected)}};
    }
    std::vector<Violation> violations;
    // Documents of other tools hold no more than some of it.
    const bool is_imported = subject.machine.find_gap("everything_else") != nullptr;
    if (is_imported && uses_gpus(input, subject)) violations.push_back(unseen(subject.machine, "hardware", expected));
    for (const Problem& problem : subject.machine.problems) {
        violations.push_back({severity_of(problem, input, subject),
                              fmt::format("{}: {}", problem.subject, problem.because), expected, problem.remedy,
                              problem.id});
    }
    return violations;
}

/// NCCL takes hosts with unequal rails, and the slowest one sets the pace for all.
void judge_rails(const CheckInput& input, Verdicts& verdicts) {
    std::size_t with_ports = 0;
    for (const Machine& machine : input.cluster.machines) {
        bool has_port = false;
        for (const Rail& rail : input.cluster.rails) {
            for (const RailPort& port : rail.ports) has_port = has_port || port.host == machine.host;
        }
        with_ports += has_port ? 1 : 0;
    }
    for (const Rail& rail : input.cluster.rails) {
        const std::string subject = fmt::format("rail {}", rail.index);
        if (rail.ports.size() == with_ports) {
            verdicts.add(subject, passed);
            continue;
        }
        std::string ports;
        for (const RailPort& port : rail.ports) {
            ports += fmt::format("{}{} of {}", ports.empty() ? "" : ", ", port.hca, port.host);
        }
        verdicts.add(subject, {{{Severity::warning, fmt::format("{} alone ({})", ports, rail.because),
                                 fmt::format("a port on each of the {} hosts that have HCAs", with_ports),
                                 "see which port is down: r1cluster show --matrix"}}});
    }
}

constexpr std::array hardware_rule_list{
    Rule{"hardware.healthy", each_host<judge_healthy>},
    Rule{"fabric.rails_equal", judge_rails},
};

}  // namespace

std::span<const Rule> hardware_rules() { return hardware_rule_list; }

}  // namespace r1cluster::detail
