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

/// "PROGRAM HOSTS RAY... -- ENGINE...": runs the command of Ray, waits until so many hosts have joined, and becomes the
/// engine.
constexpr const char* ray_then_engine = R"(import os, subprocess, sys, time
end = sys.argv.index("--")
subprocess.run(sys.argv[2:end], check=True)
import ray
ray.init(log_to_driver=False)
while sum(node["Alive"] for node in ray.nodes()) < int(sys.argv[1]):
    time.sleep(1)
ray.shutdown()
os.execv(sys.argv[end + 1], sys.argv[end + 1:])
)";

void append(Words& words, const Words& more) { words.insert(words.end(), more.begin(), more.end()); }

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

Words start_command(const Group& group, const GroupHost& host) {
    Words words = ray_command(group, host);
    append(words, {"start", "--node-ip-address", host.settings->address, "--disable-usage-stats"});
    return words;
}

Words start_head_command(const Group& group) {
    Words words = start_command(group, group.head());
    append(words, {"--head", "--port", std::to_string(group.ports.rendezvous), "--dashboard-host", "127.0.0.1",
                   "--include-dashboard=false"});
    return words;
}

ProcessSpec ray_process(LaunchPlan& plan, const Group& group, std::size_t node) {
    const GroupHost& host = group.hosts[node];
    ProcessSpec process;
    process.env = environment(*host.settings);
    process.ranks = host.ranks;
    process.runtime = engine_runtime(plan, group, host);
    if (node == 0) {
        process.name = "ray-head";
        process.argv = start_head_command(group);
        process.argv.push_back("--block");
        return process;
    }
    process.name = fmt::format("ray-worker-{}", node);
    process.argv = start_command(group, host);
    append(process.argv, {"--address", fmt::format("{}:{}", group.head_address(), group.ports.rendezvous), "--block"});
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

/// Ray and its clients share sockets and memory, and ranks of one host theirs, which two containers do not.
ProcessSpec head_in_one_container(LaunchPlan& plan, const Group& group) {
    const GroupHost& head = group.head();
    ProcessSpec process = engine_process(plan, group, 0);
    process.ranks = head.ranks;
    Words argv{head.python, "-c", ray_then_engine, std::to_string(group.hosts.size())};
    append(argv, start_head_command(group));
    argv.push_back("--");
    append(argv, process.argv);
    process.argv = std::move(argv);
    process.env["RAY_ADDRESS"] = fmt::format("{}:{}", group.head_address(), group.ports.rendezvous);
    say_once(plan, "head: one container for Ray and the engine's server, which share memory and sockets");
    return process;
}

void add_head(LaunchPlan& plan, const Group& group) {
    std::vector<ProcessSpec>& processes = plan.hosts.front().processes;
    if (group.spec->container) {
        processes.push_back(head_in_one_container(plan, group));
        return;
    }
    processes.push_back(ray_process(plan, group, 0));
    ProcessSpec engine = engine_over_ray(plan, group);
    // A rank lives in one process only.
    std::erase_if(processes.front().ranks,
                  [&](int rank) { return std::ranges::find(engine.ranks, rank) != engine.ranks.end(); });
    processes.push_back(std::move(engine));
}

}  // namespace

void add_ray_processes(LaunchPlan& plan, const Group& group) {
    add_head(plan, group);
    for (std::size_t node = 1; node < group.hosts.size(); ++node) {
        plan.hosts[node].processes.push_back(ray_process(plan, group, node));
    }
    plan.because.push_back(group.has(EngineFeature::several_hosts_by_mp)
                               ? "backend ray: the spec asks for it"
                               : fmt::format("backend ray: {} {} has no other way over several hosts ({} has)",
                                             group.engine->title, group.version.text(),
                                             group.since(EngineFeature::several_hosts_by_mp)));
    plan.because.push_back(who_can_reach(group));
}

}  // namespace r1cluster::detail
