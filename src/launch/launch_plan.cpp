// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/launch/launch_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/shell.hpp"
#include "launch/group.hpp"

namespace r1cluster {
namespace {

// What a client on the serving host connects to: "every address" is no address.
std::string client_address(const std::string& listening) {
    if (listening == "0.0.0.0") return "127.0.0.1";
    return listening == "::" ? "::1" : listening;
}

void add_ports(LaunchPlan& plan, const detail::Group& group) {
    HostLaunch& head = plan.hosts.front();
    head.ports.push_back({.address = group.spec->serve.address, .port = group.ports.api, .purpose = "API"});
    if (group.spec->serve.proxy) {
        head.ports.push_back(
            {.address = "127.0.0.1", .port = group.ports.engine, .purpose = "engine behind the proxy"});
    }
    if (group.hosts.size() == 1) return;
    const char* purpose = group.backend == "ray" ? "Ray's control service" : "rendezvous of the ranks";
    head.ports.push_back({.address = head.address, .port = group.ports.rendezvous, .purpose = purpose});
    head.ports.push_back({.address = head.address, .port = group.ports.guard, .purpose = "guards of the other hosts"});
    plan.guard_port = group.ports.guard;
}

std::string show(const LaunchFile& file) {
    std::string out = fmt::format("    the file {{state}}/files/{}", file.name);
    for (const auto* sources : {&file.copied_files, &file.secret_files}) {
        for (const std::string& source : *sources) out += fmt::format(", with the content of {}", source);
    }
    out += "\n";
    for (std::size_t at = 0; at < file.text.size();) {
        const std::size_t end = std::min(file.text.find('\n', at), file.text.size());
        const std::string line = file.text.substr(at, end - at);
        out += line.empty() ? "\n" : "      " + line + "\n";
        at = end + 1;
    }
    return out;
}

/// The guard adds a name and a label, and gives the environment in a file.
std::string container(const ProcessSpec& process) {
    std::vector<std::string> words{process.runtime.program, "create"};
    words.insert(words.end(), process.runtime.options.begin(), process.runtime.options.end());
    words.insert(words.end(), {"--mount", fmt::format("type=volume,source={},target={{state}}/cache",
                                                      process.runtime.cache_volume)});
    words.push_back(process.runtime.image);
    return detail::shell_command(words);
}

}  // namespace

const HostLaunch* LaunchPlan::find(std::string_view host) const {
    const auto found = std::ranges::find(hosts, host, &HostLaunch::host);
    return found == hosts.end() ? nullptr : &*found;
}

LaunchPlan plan_launch(const DeploymentSpec& spec, const Cluster& cluster, const Layout& layout,
                       const Settings& settings, const Knowledge& knowledge) {
    const detail::Group group = detail::group_of(spec, cluster, layout, settings, knowledge);
    LaunchPlan plan;
    plan.deployment = spec.name;
    plan.engine = layout.engine.name;
    plan.engine_version = group.version.text();
    plan.backend = group.backend;
    plan.fate = spec.fate;
    for (const detail::GroupHost& host : group.hosts) {
        plan.hosts.push_back(
            {.host = host.spec->name, .address = host.settings->address, .processes = {}, .ports = {}});
    }
    if (group.backend == "ray") {
        detail::add_ray_processes(plan, group);
    } else {
        detail::add_mp_processes(plan, group);
    }
    detail::add_proxy(plan, group);
    add_ports(plan, group);
    plan.because.insert(plan.because.end(), layout.engine.because.begin(), layout.engine.because.end());
    plan.readiness = {.host = group.head().spec->name,
                      .address = spec.serve.proxy ? "127.0.0.1" : client_address(spec.serve.address),
                      .port = group.ports.engine,
                      .model = spec.model.served_name,
                      .api_key_file = group.engine->launch->api_key_variable.empty() ? "" : spec.serve.api_key_file,
                      .ranks = layout.world_size(),
                      .timeout_s = spec.engine.start_timeout_s};
    return plan;
}

std::string show(const LaunchPlan& plan) {
    std::string out =
        fmt::format("{}: {} {}, backend {}\n", plan.deployment, plan.engine, plan.engine_version, plan.backend);
    for (const HostLaunch& host : plan.hosts) {
        out += fmt::format("{} ({})\n", host.host, host.address);
        for (const LaunchPort& port : host.ports)
            out += fmt::format("  port {} on {}: {}\n", port.port, port.address, port.purpose);
        for (const ProcessSpec& process : host.processes) {
            out += fmt::format("  {}", process.name);
            if (!process.ranks.empty()) out += fmt::format(", ranks {}", fmt::join(process.ranks, " "));
            out += "\n";
            if (!process.wait_for.empty())
                out += "    once this succeeds: " + detail::shell_command(process.wait_for) + "\n";
            if (process.runtime.kind != RuntimeKind::process) out += "    in a container: " + container(process) + "\n";
            for (const auto& [name, value] : process.env)
                out += "    " + name + "=" + detail::shell_quoted(value) + "\n";
            for (const SecretVariable& secret : process.secrets) {
                out += fmt::format("    {} from the file {}\n", secret.name, detail::shell_quoted(secret.file));
            }
            for (const LaunchFile& file : process.files) out += show(file);
            out += "    " + detail::shell_command(process.argv) + "\n";
        }
    }
    for (const std::string& because : plan.because) out += "because " + because + "\n";
    return out;
}

}  // namespace r1cluster
