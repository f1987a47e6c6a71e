// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "launch/group.hpp"
#include "launch/proxy/haproxy.hpp"

namespace r1cluster::detail {
namespace {

/// Where Debian, Ubuntu, Fedora and their like install it.
constexpr const char* usual_program = "/usr/sbin/haproxy";

std::string program_of(const Group& group) {
    const ProxySpec& proxy = *group.spec->serve.proxy;
    if (!proxy.program.empty()) return proxy.program;
    const Machine* machine = group.head().machine;
    if (!machine) return usual_program;
    const auto found = std::ranges::find(machine->software, "haproxy", &SoftwareBuild::name);
    return found == machine->software.end() || found->path.empty() ? usual_program : found->path;
}

}  // namespace

void add_proxy(LaunchPlan& plan, const Group& group) {
    const ServeSpec& serve = group.spec->serve;
    if (!serve.proxy) return;
    const ProxyConfig config = haproxy_config(
        {.serve = serve, .engine_port = group.ports.engine, .engine = group.tables(), .engine_version = group.version});
    ProcessSpec process;
    process.name = "proxy";
    // -db: stays in the foreground, a child of the guard.
    process.argv = {program_of(group), "-db", "-f", "{state}/files/haproxy.cfg"};
    process.env[proxy_folder_variable] = "{state}/files";
    process.secrets.push_back({.name = proxy_key_variable, .file = serve.api_key_file});
    process.files.push_back({.name = "haproxy.cfg", .text = config.text, .copied_files = {}, .secret_files = {}});
    if (!serve.proxy->tls_certificate_file.empty()) {
        process.files.push_back({.name = proxy_certificate,
                                 .text = "",
                                 .copied_files = {serve.proxy->tls_certificate_file},
                                 .secret_files = {serve.proxy->tls_key_file}});
    }
    process.is_drained = serve.proxy->drain_s > 0;
    plan.drain_s = serve.proxy->drain_s;
    plan.hosts.front().processes.push_back(std::move(process));
    plan.because.insert(plan.because.end(), config.because.begin(), config.because.end());
}

}  // namespace r1cluster::detail
