// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/packages.hpp"
#include "launch/group.hpp"
#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster::detail {
namespace {

using Words = std::vector<std::string>;

// Ray's own command lies beside the interpreter of an environment; in an image it may lie anywhere.
Words ray_command(const Group& group, const GroupHost& host) {
    if (group.spec->container) return {host.python, "-m", "ray.scripts.scripts"};
    const std::size_t slash = host.python.rfind('/');
    return {slash == std::string::npos ? "ray" : host.python.substr(0, slash + 1) + "ray"};
}

std::optional<Version> ray_version(const Group& group) {
    const Machine* machine = group.head().machine;
    const std::string* version = machine ? package_version(*machine, "ray") : nullptr;
    return version ? Version::try_parse(*version) : std::nullopt;
}

std::string who_can_reach(const Group& group) {
    const std::optional<Version> ray = ray_version(group);
    const std::string open =
        fmt::format("whoever reaches port {} of {} can run code there", group.ports.rendezvous, group.head_address());
    if (!ray) return open + ": keep that network closed (the version of Ray could not be seen)";
    if (!group.knowledge->tool_has("ray", "token authentication", *ray))
        return fmt::format("{}: Ray {} has no authentication; keep that network closed", open, ray->text());
    return fmt::format(
        "{}, unless RAY_AUTH_MODE=token is set in [env] and every host has the same ~/.ray/auth_token (Ray {} has it)",
        open, ray->text());
}

ProcessSpec ray_process(LaunchPlan& plan, const Group& group, std::size_t node) {
    const GroupHost& host = group.hosts[node];
    const std::string gcs = fmt::format("{}:{}", group.head_address(), group.ports.rendezvous);
    ProcessSpec process;
    process.env = environment(*host.settings);
    process.ranks = host.ranks;
    process.runtime = engine_runtime(plan, group, host);
    process.argv = ray_command(group, host);
    const Words start{"start", "--block", "--node-ip-address", host.settings->address, "--disable-usage-stats"};
    process.argv.insert(process.argv.end(), start.begin(), start.end());
    if (node == 0) {
        process.name = "ray-head";
        const Words head{"--head",           "--port",    std::to_string(group.ports.rendezvous),
                         "--dashboard-host", "127.0.0.1", "--include-dashboard=false"};
        process.argv.insert(process.argv.end(), head.begin(), head.end());
        return process;
    }
    process.name = fmt::format("ray-worker-{}", node);
    process.argv.insert(process.argv.end(), {"--address", gcs});
    // `ray start` gives up after a few seconds without a head.
    process.wait_for = {host.python, "-c",
                        fmt::format("import socket; socket.create_connection((\"{}\", {}), 2).close()",
                                    group.head_address(), group.ports.rendezvous)};
    return process;
}

ProcessSpec engine_over_ray(LaunchPlan& plan, const Group& group) {
    const GroupHost& head = group.head();
    ProcessSpec process = engine_process(plan, group, 0);
    process.env["RAY_ADDRESS"] = fmt::format("{}:{}", group.head_address(), group.ports.rendezvous);
    if (!group.has(EngineFeature::ray_ranks_in_workers)) process.ranks = {0};
    process.wait_for = {head.python, "-c",
                        fmt::format("import ray, sys; ray.init(address=\"{}\", log_to_driver=False); "
                                    "sys.exit(sum(n[\"Alive\"] for n in ray.nodes()) < {})",
                                    process.env["RAY_ADDRESS"], group.hosts.size())};
    return process;
}

}  // namespace

void add_ray_processes(LaunchPlan& plan, const Group& group) {
    for (std::size_t node = 0; node < group.hosts.size(); ++node) {
        plan.hosts[node].processes.push_back(ray_process(plan, group, node));
    }
    ProcessSpec engine = engine_over_ray(plan, group);
    // A rank lives in one process only.
    std::erase_if(plan.hosts.front().processes.front().ranks,
                  [&](int rank) { return std::ranges::find(engine.ranks, rank) != engine.ranks.end(); });
    plan.hosts.front().processes.push_back(std::move(engine));
    plan.because.push_back(group.has(EngineFeature::several_hosts_by_mp)
                               ? "backend ray: the spec asks for it"
                               : fmt::format("backend ray: {} {} has no other way over several hosts ({} has)",
                                             group.engine->title, group.version.text(),
                                             group.since(EngineFeature::several_hosts_by_mp)));
    plan.because.push_back(who_can_reach(group));
}

}  // namespace r1cluster::detail
