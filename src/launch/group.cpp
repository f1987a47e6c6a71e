// SPDX-License-Identifier: Apache-2.0
#include "launch/group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "engine/packages.hpp"
#include "engine/vllm/flags.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

[[noreturn]] void refuse(const DeploymentSpec& spec, const std::string& why) {
    throw Error(ErrorKind::invalid_input, spec.name, fmt::format("planning the start of \"{}\": {}", spec.name, why));
}

Version engine_of(const DeploymentSpec& spec, const std::vector<GroupHost>& hosts) {
    std::optional<Version> version;
    std::string seen_on = "the spec";
    if (!spec.engine.version.empty()) version = Version::parse(spec.engine.version);
    for (const GroupHost& host : hosts) {
        const std::optional<Version> installed = host.machine ? engine_version(*host.machine) : std::nullopt;
        if (!installed) continue;
        if (version && *version != *installed) {
            refuse(spec, fmt::format("host \"{}\" has vLLM {}, {} has {}; expected one version", host.spec->name,
                                     installed->text(), seen_on, version->text()));
        }
        if (!version) seen_on = fmt::format("host \"{}\"", host.spec->name);
        if (!version) version = installed;
    }
    if (!version)
        refuse(spec,
               "the version of vLLM is not known; expected engine.version in the spec, or a host that could be read");
    if (!has(*version, EngineFeature::served_by_us)) {
        refuse(spec, fmt::format("vLLM {} is not supported; expected {} or newer", version->text(),
                                 since(EngineFeature::served_by_us)));
    }
    return *version;
}

std::string backend(const DeploymentSpec& spec, const Group& group) {
    const bool can_mp = group.hosts.size() == 1 || has(group.engine, EngineFeature::several_hosts_by_mp);
    std::string chosen = spec.engine.backend;
    if (chosen.empty()) chosen = can_mp ? "mp" : "ray";
    if (chosen != "mp" && chosen != "ray") {
        refuse(spec, fmt::format("engine.backend is \"{}\"; expected \"mp\" or \"ray\"", chosen));
    }
    if (chosen == "mp" && !can_mp) {
        refuse(spec,
               fmt::format("vLLM {} has no backend \"mp\" over several hosts; expected {} or newer, or backend \"ray\"",
                           group.engine.text(), since(EngineFeature::several_hosts_by_mp)));
    }
    if (chosen == "ray" && !group.is_on_gpus) refuse(spec, "vLLM on the CPU refuses Ray; expected backend \"mp\"");
    return chosen;
}

void find_missing_ray(const DeploymentSpec& spec, const Group& group) {
    for (const GroupHost& host : group.hosts) {
        if (!host.machine || !host.machine->engine || host.machine->engine->packages.contains("ray")) continue;
        refuse(spec,
               fmt::format("host \"{}\" has no Ray beside {}; expected the package ray, or vLLM {} and backend \"mp\"",
                           host.spec->name, host.python, since(EngineFeature::several_hosts_by_mp)));
    }
}

// vLLM gives node r of n the ranks [r, r + 1) * world / n, so only an even spread in the order of ranks can be.
void find_uneven_spread(const DeploymentSpec& spec, const Group& group) {
    const std::size_t per_host = group.layout->ranks.size() / group.hosts.size();
    int expected = 0;
    for (const GroupHost& host : group.hosts) {
        if (host.ranks.size() != per_host) {
            refuse(spec,
                   fmt::format("host \"{}\" has {} of {} ranks on {} hosts; expected the same number on each",
                               host.spec->name, host.ranks.size(), group.layout->ranks.size(), group.hosts.size()));
        }
        for (const int rank : host.ranks) {
            if (rank != expected++) {
                refuse(spec,
                       fmt::format("rank {} is on host \"{}\"; expected ranks to follow each other from host to host",
                                   rank, host.spec->name));
            }
        }
    }
    if (!group.is_on_gpus && group.hosts.size() > 1 && per_host > 1) {
        refuse(spec,
               fmt::format("{} ranks a host on {} hosts without GPUs; expected 1, because vLLM counts one CPU a host",
                           per_host, group.hosts.size()));
    }
}

struct OwnedArgument {
    std::string_view flag;
    std::string_view instead;
};

// A second one of these would win over ours, and what is watched would not be what runs.
constexpr std::array owned_arguments{
    OwnedArgument{"--host", "serve.address"},
    OwnedArgument{"--port", "serve.port"},
    OwnedArgument{"--model", "model.path"},
    OwnedArgument{"--served-model-name", "model.served_name"},
    OwnedArgument{"--api-key", "serve.api_key_file (a key in a command line is seen by every user of the host)"},
    OwnedArgument{"--tensor-parallel-size", "layout.tensor_parallel"},
    OwnedArgument{"-tp", "layout.tensor_parallel"},
    OwnedArgument{"--pipeline-parallel-size", "layout.pipeline_parallel"},
    OwnedArgument{"-pp", "layout.pipeline_parallel"},
    OwnedArgument{"--distributed-executor-backend", "engine.backend"},
    OwnedArgument{"--nnodes", "hosts"},
    OwnedArgument{"--node-rank", "hosts"},
    OwnedArgument{"--master-addr", "hosts"},
    OwnedArgument{"--master-port", "serve.port"},
    OwnedArgument{"--headless", "hosts"},
};

void find_owned_arguments(const DeploymentSpec& spec) {
    for (const std::string& argument : spec.engine.extra_arguments) {
        std::string flag = argument.substr(0, argument.find('='));
        if (!flag.starts_with('-')) continue;
        std::ranges::replace(flag, '_', '-');  // as vLLM's own parser does
        const auto owned = std::ranges::find(owned_arguments, flag, &OwnedArgument::flag);
        if (owned == owned_arguments.end()) continue;
        refuse(spec, fmt::format("engine.extra_arguments has \"{}\"; expected {} instead", flag, owned->instead));
    }
}

std::vector<GroupHost> hosts_by_rank(const DeploymentSpec& spec, const Cluster& cluster, const Layout& layout,
                                     const Settings& settings) {
    std::vector<GroupHost> hosts;
    for (const RankPlacement& rank : layout.ranks) {
        if (!hosts.empty() && hosts.back().spec->name == rank.host) {
            hosts.back().ranks.push_back(rank.rank);
            continue;
        }
        const auto host_spec = std::ranges::find(spec.hosts, rank.host, &HostSpec::name);
        const HostSettings* host_settings = settings.find(rank.host);
        if (host_spec == spec.hosts.end() || !host_settings || host_settings->address.empty()) {
            refuse(spec, fmt::format("rank {} is on host \"{}\"; expected a host of the spec whose address is known",
                                     rank.rank, rank.host));
        }
        if (std::ranges::any_of(hosts, [&](const GroupHost& host) { return host.spec == &*host_spec; })) {
            refuse(spec, fmt::format("rank {} is on host \"{}\"; expected ranks to follow each other from host to host",
                                     rank.rank, rank.host));
        }
        const Machine* machine = cluster.find(rank.host);
        GroupHost& host = hosts.emplace_back();
        host.spec = &*host_spec;
        host.settings = host_settings;
        host.machine = machine && machine->is_reached() ? machine : nullptr;
        host.python = host_spec->python.empty() ? spec.engine.python : host_spec->python;
        if (host.python.empty())
            refuse(spec,
                   fmt::format("no Python of the engine is given for host \"{}\"; expected engine.python", rank.host));
        host.ranks.push_back(rank.rank);
    }
    if (hosts.empty()) refuse(spec, "the layout has no ranks; expected one that plan_layouts() made");
    return hosts;
}

}  // namespace

Group group_of(const DeploymentSpec& spec, const Cluster& cluster, const Layout& layout, const Settings& settings) {
    if (spec.engine.name != "vllm")
        refuse(spec, fmt::format("engine.name is \"{}\"; expected \"vllm\"", spec.engine.name));
    find_owned_arguments(spec);
    Group group;
    group.spec = &spec;
    group.layout = &layout;
    group.hosts = hosts_by_rank(spec, cluster, layout, settings);
    if (group.head().spec != &spec.hosts.front()) {
        refuse(spec, fmt::format(
                         "rank 0 is on host \"{}\"; expected the first host of the spec, \"{}\", which serves the API",
                         group.head().spec->name, spec.hosts.front().name));
    }
    group.is_on_gpus =
        std::ranges::any_of(layout.ranks, [](const RankPlacement& rank) { return rank.gpu.has_value(); });
    group.engine = engine_of(spec, group.hosts);
    group.backend = backend(spec, group);
    group.ports = deployment_ports(spec);
    find_uneven_spread(spec, group);
    if (layout.data_parallel > 1) {
        refuse(spec, fmt::format("the layout has data parallel size {}; expected 1, since several copies are planned "
                                 "here but not yet started",
                                 layout.data_parallel));
    }
    if (group.backend == "ray") find_missing_ray(spec, group);
    if (spec.engine.kv_cache_bytes && group.is_on_gpus && !has(group.engine, EngineFeature::kv_cache_bytes)) {
        refuse(spec,
               fmt::format("engine.kv_cache_bytes is set for vLLM {}; expected {} or newer, or gpu_memory_utilization",
                           group.engine.text(), since(EngineFeature::kv_cache_bytes)));
    }
    return group;
}

std::map<std::string, std::string> environment(const HostSettings& settings) {
    std::map<std::string, std::string> env;
    for (const Setting& setting : settings.settings) {
        if (setting.value) env[setting.name] = *setting.value;
    }
    return env;
}

}  // namespace r1cluster::detail
