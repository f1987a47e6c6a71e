// SPDX-License-Identifier: Apache-2.0
#include "check/subjects.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "spec/container.hpp"

namespace r1cluster::detail {

const EngineDefinition& engine_of(const CheckInput& input) {
    return engine_called(input.layout ? input.layout->engine.name : input.spec.engine.name);
}

std::vector<Subject> reached_hosts(const CheckInput& input) {
    std::vector<Subject> subjects;
    for (const HostSpec& host : input.spec.hosts) {
        const Machine* machine = input.cluster.find(host.name);
        if (machine && machine->is_reached()) subjects.push_back({host, *machine});
    }
    return subjects;
}

std::vector<const RankPlacement*> ranks_of(const CheckInput& input, const HostSpec& host) {
    std::vector<const RankPlacement*> ranks;
    if (!input.layout) return ranks;
    for (const RankPlacement& rank : input.layout->ranks) {
        if (rank.host == host.name) ranks.push_back(&rank);
    }
    return ranks;
}

const ContainerRuntime* installed_runtime(const CheckInput& input, const Subject& subject) {
    return subject.machine.find_container_runtime(to_text(runtime_of(input.spec, subject.host)));
}

std::string container_program(const CheckInput& input, const Subject& subject) {
    const ContainerRuntime* runtime = installed_runtime(input, subject);
    return container_program(input.spec, subject.host, runtime ? runtime->path : "");
}

bool uses_gpus(const CheckInput& input, const Subject& subject) {
    if (input.layout) {
        const auto ranks = ranks_of(input, subject.host);
        return std::any_of(ranks.begin(), ranks.end(), [](const RankPlacement* rank) { return rank->gpu.has_value(); });
    }
    // "0.32.0+cpu": what the engine itself chooses the CPU platform by.
    const auto version = installed_version(engine_of(input), subject.machine);
    return !version || version->local.find("cpu") == std::string::npos;
}

std::vector<const Gpu*> used_gpus(const CheckInput& input, const Subject& subject) {
    std::optional<std::set<int>> wanted;
    if (input.layout) {
        wanted.emplace();
        for (const RankPlacement* rank : ranks_of(input, subject.host)) {
            if (rank->gpu) wanted->insert(*rank->gpu);
        }
    } else if (subject.host.gpus) {
        wanted.emplace(subject.host.gpus->begin(), subject.host.gpus->end());
    }
    std::vector<const Gpu*> gpus;
    for (const Gpu& gpu : subject.machine.gpus) {
        if (!wanted || wanted->contains(gpu.nvml_index)) gpus.push_back(&gpu);
    }
    return gpus;
}

bool spans_hosts(const CheckInput& input) {
    if (!input.layout) return input.spec.hosts.size() > 1;
    std::set<std::string_view> hosts;
    for (const RankPlacement& rank : input.layout->ranks) hosts.insert(rank.host);
    return hosts.size() > 1;
}

std::string command_on(const HostSpec& host, std::string_view command) {
    if (host.transport == Transport::local) return std::string(command);
    return fmt::format("ssh {} '{}'", host.ssh, command);
}

}  // namespace r1cluster::detail
