// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <map>

#include "check/rule.hpp"
#include "engine/packages.hpp"

namespace r1cluster::detail {
namespace {

/// The distribution that a remedy installs.
std::string distribution_of(const EngineDefinition& engine) { return std::string(engine.distributions.front()); }

bool can_span_hosts(const CheckInput& input, const Version& version) {
    return input.knowledge.engine(engine_of(input).name).has(EngineFeature::several_hosts_by_mp, version);
}

std::string install_command(const CheckInput& input, const HostSpec& host, const std::string& distribution,
                            const std::string& version) {
    const std::string wanted = version.empty() ? distribution : distribution + "==" + version;
    if (input.spec.container) return fmt::format("name an image with {} in [container] image", wanted);
    return command_on(host, fmt::format("{} -m pip install {}", host.python, wanted));
}

Judgement judge_engine_present(const CheckInput& input, const Subject& subject) {
    const EngineDefinition& engine = engine_of(input);
    const std::string distribution = distribution_of(engine);
    const std::string expected = fmt::format("{} in the environment of {}", distribution, subject.host.python);
    if (input.spec.container && !subject.machine.image) {
        Violation violation = unseen(subject.machine, "engine", expected);
        violation.cause = "engine.image";
        return {{violation}};
    }
    if (!subject.machine.engine) {
        const std::string remedy =
            input.spec.container
                ? fmt::format("name an image with {} in [container] image, or correct [engine] python", distribution)
                : fmt::format("make a Python environment with {} there, or correct [engine] python", distribution);
        Violation violation = absent_or_unseen(subject.machine, "engine", expected, remedy);
        if (input.spec.container && violation.severity == Severity::unknown) {
            violation.remedy = command_on(
                subject.host, fmt::format("{} run --rm --entrypoint {} {} --version", container_program(input, subject),
                                          subject.host.python, input.spec.container->image));
        }
        return {{violation}};
    }
    if (const std::string* installed = installed_text(engine, subject.machine)) {
        const knowledge::EngineKnowledge& tables = input.knowledge.engine(engine.name);
        const auto version = installed_version(engine, subject.machine);
        if (!version || tables.has(EngineFeature::served_by_us, version)) return passed;
        return {{{Severity::error, distribution + " " + *installed,
                  fmt::format("{} {} or later", distribution, tables.since(EngineFeature::served_by_us)),
                  install_command(input, subject.host, distribution, input.spec.engine.version), "",
                  std::string(cause_engine)}}};
    }
    if (subject.machine.engine->packages.empty()) return {{unseen(subject.machine, "engine.packages", expected)}};
    return {{{Severity::error, fmt::format("no distribution {} there", distribution), expected,
              install_command(input, subject.host, distribution, input.spec.engine.version), "",
              std::string(cause_engine)}}};
}

bool is_ray_wanted(const CheckInput& input, const Machine& machine) {
    if (!input.spec.engine.backend.empty()) return input.spec.engine.backend == "ray";
    const EngineDefinition& engine = engine_of(input);
    const auto version = installed_version(engine, machine);
    return spans_hosts(input) && version && !can_span_hosts(input, *version);
}

/// What must be alike on all hosts: distribution -> version, with "" for a distribution that is not there.
std::map<std::string, std::string> compared_packages(const CheckInput& input, const Subject& subject) {
    std::map<std::string, std::string> compared{{"torch", ""}};
    for (const std::string_view distribution : engine_of(input).distributions) compared[std::string(distribution)] = "";
    if (is_ray_wanted(input, subject.machine)) compared["ray"] = "";
    for (const auto& [name, version] : subject.machine.engine->packages) {
        const bool is_nccl = name.starts_with("nvidia-nccl-") && uses_gpus(input, subject);
        if (is_nccl || compared.contains(name)) compared[name] = version;
    }
    return compared;
}

std::string shown(const std::string& name, const std::string& version) {
    return version.empty() ? "no " + name : name + " " + version;
}

void compare_packages(const CheckInput& input, const Subject& first, const Subject& subject,
                      std::vector<Violation>& problems) {
    auto theirs = compared_packages(input, first), mine = compared_packages(input, subject);
    for (const auto& [name, version] : theirs) mine.emplace(name, "");
    for (const auto& [name, version] : mine) {
        const std::string& wanted = theirs[name];
        if (version == wanted) continue;
        const std::string remedy =
            wanted.empty() && !input.spec.container
                ? command_on(subject.host, fmt::format("{} -m pip uninstall {}", subject.host.python, name))
                : install_command(input, subject.host, name, wanted);
        problems.push_back({Severity::error, shown(name, version),
                            fmt::format("{}, as on {}", shown(name, wanted), first.host.name), remedy});
    }
}

void compare_python(const CheckInput& input, const Subject& first, const Subject& subject,
                    std::vector<Violation>& problems) {
    const std::string& version = subject.machine.engine->python_version;
    const std::string& wanted = first.machine.engine->python_version;
    const std::string expected = fmt::format("Python {}, as on {}", wanted, first.host.name);
    if (version.empty() || wanted.empty()) {
        problems.push_back({Severity::unknown, "the version of Python was not seen", expected, "read the host again"});
    } else if (version != wanted) {
        // Ray refuses another patch release; a start without Ray does not look.
        const Severity severity = is_ray_wanted(input, subject.machine) ? Severity::error : Severity::warning;
        problems.push_back({severity, "Python " + version, expected,
                            fmt::format("make the environment of {} again with Python {}", subject.host.name, wanted)});
    }
}

Judgement judge_same_version(const CheckInput& input, const Subject& subject) {
    const std::string expected = "the same engine on every host";
    if (!subject.machine.engine) return {{unseen(subject.machine, "engine", expected)}};
    std::vector<Violation> problems;
    const std::string& asked = input.spec.engine.version;
    const EngineDefinition& engine = engine_of(input);
    const std::string* installed = installed_text(engine, subject.machine);
    if (!asked.empty() && installed) {
        const auto version = Version::try_parse(*installed);
        const std::string distribution = distribution_of(engine);
        if (!version || *version != Version::parse(asked)) {
            problems.push_back({Severity::error, distribution + " " + *installed,
                                fmt::format("{} {}, as [engine] version says", distribution, asked),
                                install_command(input, subject.host, distribution, asked)});
        }
    }
    for (const Subject& first : reached_hosts(input)) {
        if (!first.machine.engine) continue;
        if (first.host.name == subject.host.name) break;
        compare_packages(input, first, subject, problems);
        compare_python(input, first, subject, problems);
        break;
    }
    return problems;
}

Judgement judge_ray(const CheckInput& input, const Subject& subject) {
    const std::string distribution = distribution_of(engine_of(input));
    const std::string expected =
        fmt::format("ray beside {0}, and a {0} for GPUs, because the backend is Ray", distribution);
    if (!package_version(subject.machine, "ray")) {
        return {{{Severity::error, "no distribution ray there", expected,
                  install_command(input, subject.host, "ray", "")}}};
    }
    if (!uses_gpus(input, subject)) {
        return {{{Severity::error, fmt::format("{} for the CPU, which does not support Ray", distribution), expected,
                  "set backend = \"mp\" in [engine]"}}};
    }
    return passed;
}

Judgement judge_layout_support(const CheckInput& input, const Subject& subject) {
    if (!spans_hosts(input)) return not_concerned;
    const EngineDefinition& engine = engine_of(input);
    const std::string distribution = distribution_of(engine);
    const std::string expected =
        fmt::format("{} {} or later, which spreads over hosts without Ray (--nnodes)", distribution,
                    input.knowledge.engine(engine.name).since(EngineFeature::several_hosts_by_mp));
    if (!subject.machine.engine) return {{unseen(subject.machine, "engine", expected)}};
    const std::string* installed = installed_text(engine, subject.machine);
    const auto version = installed_version(engine, subject.machine);
    if (!version) {
        return {{{Severity::unknown,
                  installed ? distribution + " " + *installed : fmt::format("no distribution {} there", distribution),
                  expected, install_command(input, subject.host, distribution, input.spec.engine.version), "",
                  std::string(cause_engine)}}};
    }
    if (is_ray_wanted(input, subject.machine)) return judge_ray(input, subject);
    if (can_span_hosts(input, *version)) return passed;
    return {{{Severity::error, distribution + " " + *installed, expected,
              fmt::format("upgrade {} on every host, or set backend = \"ray\" in [engine]", distribution)}}};
}

constexpr std::array engine_rule_list{
    Rule{"engine.present", each_host<judge_engine_present>},
    Rule{"engine.same_version", each_host<judge_same_version>},
    Rule{"engine.supports_layout", each_host<judge_layout_support>},
};

}  // namespace

std::span<const Rule> engine_rules() { return engine_rule_list; }

}  // namespace r1cluster::detail
