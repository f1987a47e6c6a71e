// SPDX-License-Identifier: Apache-2.0
#include "launch/group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/names/names.hpp"
#include "engine/packages.hpp"
#include "engine/registry/registry.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

const EngineDefinition& engine_of(const DeploymentSpec& spec, const Layout& layout) {
    const EngineDefinition* engine = find_engine(layout.engine.name);
    if (engine && engine->launch) return *engine;
    refuse(spec, fmt::format("the engine of the layout is \"{}\"; expected \"{}\"", layout.engine.name,
                             fmt::join(launchable_engines(), "\" or \"")));
}

Version version_of(const DeploymentSpec& spec, const Layout& layout, const Group& group) {
    const EngineDefinition& engine = *group.engine;
    const std::optional<Version>& version = layout.engine.version;
    std::string seen_on = spec.engine.version.empty() ? "the layout" : "the spec";
    for (const GroupHost& host : group.hosts) {
        const auto installed = host.machine ? installed_version(engine, *host.machine) : std::nullopt;
        if (!installed || !version) continue;
        if (*version != *installed) {
            refuse(spec, fmt::format("host \"{}\" has {} {}, {} has {}; expected one version", host.spec->name,
                                     engine.title, installed->text(), seen_on, version->text()));
        }
        if (spec.engine.version.empty()) seen_on = fmt::format("host \"{}\"", host.spec->name);
    }
    if (!version) {
        refuse(spec, fmt::format("the version of {} is not known; expected engine.version in the spec, or a host that "
                                 "could be read",
                                 engine.title));
    }
    if (!group.tables().has(EngineFeature::served_by_us, version)) {
        refuse(spec, fmt::format("{} {} is not supported; expected {} or newer", engine.title, version->text(),
                                 group.since(EngineFeature::served_by_us)));
    }
    return *version;
}

std::string backend(const DeploymentSpec& spec, const Group& group) {
    const bool can_mp = group.hosts.size() == 1 || group.has(EngineFeature::several_hosts_by_mp);
    std::string chosen = spec.engine.backend;
    if (chosen.empty()) chosen = can_mp ? "mp" : "ray";
    if (chosen != "mp" && chosen != "ray") {
        refuse(spec, fmt::format("engine.backend is \"{}\"; expected \"mp\" or \"ray\"", chosen));
    }
    if (chosen == "ray" && !group.engine->launch->can_use_ray) {
        refuse(spec, fmt::format("{} is not started with Ray; expected backend \"mp\"", group.engine->title));
    }
    if (chosen == "mp" && !can_mp) {
        refuse(spec,
               fmt::format("{} {} has no backend \"mp\" over several hosts; expected {} or newer, or backend \"ray\"",
                           group.engine->title, group.version.text(), group.since(EngineFeature::several_hosts_by_mp)));
    }
    if (chosen == "ray" && !group.is_on_gpus) {
        refuse(spec, fmt::format("{} on the CPU refuses Ray; expected backend \"mp\"", group.engine->title));
    }
    return chosen;
}

void find_missing_ray(const DeploymentSpec& spec, const Group& group) {
    for (const GroupHost& host : group.hosts) {
        if (!host.machine || !host.machine->engine || host.machine->engine->packages.contains("ray")) continue;
        refuse(spec,
               fmt::format("host \"{}\" has no Ray beside {}; expected the package ray, or {} {} and backend \"mp\"",
                           host.spec->name, host.python, group.engine->title,
                           group.since(EngineFeature::several_hosts_by_mp)));
    }
}

// An engine gives node r of n the ranks [r, r + 1) * world / n, so only an even spread in the order of ranks can be.
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
               fmt::format("{} ranks a host on {} hosts without GPUs; expected 1, because {} counts one CPU a host",
                           per_host, group.hosts.size(), group.engine->title));
    }
}

void find_owned_arguments(const DeploymentSpec& spec, const EngineLaunch& launch) {
    for (const std::string& argument : spec.engine.extra_arguments) {
        std::string flag = argument.substr(0, argument.find('='));
        if (!flag.starts_with('-')) continue;
        std::ranges::replace(flag, '_', '-');  // as the engine's own parser does
        // The engine's parser takes the beginning of a long flag for the flag, where no other flag begins so.
        const auto is_meant = [&](const OwnedArgument& owned) {
            return owned.flag == flag || (flag.starts_with("--") && flag.size() > 3 && owned.flag.starts_with(flag));
        };
        const auto owned = std::ranges::find_if(launch.owned_arguments, is_meant);
        if (owned == launch.owned_arguments.end()) continue;
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

/// An engine that reads its key from no environment gets none; the proxy asks in its place.
void find_unasked_key(const DeploymentSpec& spec, const Group& group) {
    if (spec.serve.api_key_file.empty() || spec.serve.proxy || !group.engine->launch->api_key_variable.empty()) return;
    refuse(spec, fmt::format("serve.api_key_file is given, and {} takes a key in its command line alone, which every "
                             "user of the host can read; expected [serve.proxy], which asks for the key",
                             group.engine->title));
}

void find_unknown_cache_size(const DeploymentSpec& spec, const Group& group) {
    if (!spec.engine.kv_cache_bytes || group.has(EngineFeature::kv_cache_bytes)) return;
    const std::string since = group.since(EngineFeature::kv_cache_bytes);
    if (since.empty()) {
        refuse(spec, fmt::format("engine.kv_cache_bytes is set for {}; expected gpu_memory_utilization",
                                 group.engine->title));
    }
    if (!group.is_on_gpus) return;
    refuse(spec, fmt::format("engine.kv_cache_bytes is set for {} {}; expected {} or newer, or gpu_memory_utilization",
                             group.engine->title, group.version.text(), since));
}

}  // namespace

void refuse(const DeploymentSpec& spec, const std::string& why) {
    throw Error(ErrorKind::invalid_input, spec.name, fmt::format("planning the start of \"{}\": {}", spec.name, why));
}

Group group_of(const DeploymentSpec& spec, const Cluster& cluster, const Layout& layout, const Settings& settings,
               const Knowledge& knowledge) {
    Group group;
    group.knowledge = &knowledge;
    group.engine = &engine_of(spec, layout);
    find_owned_arguments(spec, *group.engine->launch);
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
    group.version = version_of(spec, layout, group);
    group.backend = backend(spec, group);
    group.ports = deployment_ports(spec);
    find_uneven_spread(spec, group);
    if (layout.data_parallel > 1 && !group.engine->launch->starts_copies) {
        refuse(spec, fmt::format("the layout has data parallel size {}; expected 1, since several copies are planned "
                                 "here but not yet started",
                                 layout.data_parallel));
    }
    if (group.backend == "ray") find_missing_ray(spec, group);
    find_unasked_key(spec, group);
    find_unknown_cache_size(spec, group);
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
