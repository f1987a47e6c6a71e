// SPDX-License-Identifier: Apache-2.0
#include "host/agent/ssh_command.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r1cluster::detail {
namespace {

/// Runs in the login shell of the remote user, be it sh, csh or fish: one word in single quotes for /bin/sh, with
/// nothing in it that comes from the spec. The agent lies under a name made of its content, so two versions
/// live side by side and a half-copied one never bears the name. A name is no proof: what lies there runs only if it is
/// this user's regular file that nobody else may read or write, with the right SHA-256. `head -c` takes exactly the
/// bytes that are sent; what follows on the same stream is for the agent.
std::string start_script(const AgentBinary& binary) {
    return fmt::format(
        "exec /bin/sh -c 'umask 077; PATH=\"${{PATH:+$PATH:}}/usr/bin:/bin\"; export PATH; "
        "d=\"${{XDG_CACHE_HOME:-$HOME/.cache}}/r1cluster/agent\"; "
        "b=\"$d/r1cluster-{name}\"; "
        "good() {{ [ -f \"$1\" ] && [ ! -L \"$1\" ] && [ -O \"$1\" ] && [ \"$(stat -c %a \"$1\")\" = 700 ] && "
        "[ \"$(sha256sum <\"$1\" | cut -c 1-64)\" = {sha} ]; }}; "
        "if good \"$b\"; then echo {have}; else echo {need}; mkdir -p \"$d\" && head -c {size} >\"$b.$$\" && "
        "chmod 700 \"$b.$$\" && good \"$b.$$\" && {{ sync \"$b.$$\" 2>/dev/null || :; }} && mv -f \"$b.$$\" \"$b\" || "
        "{{ rm -f \"$b.$$\"; echo {failed}; exit 73; }}; fi; exec \"$b\" agent'",
        fmt::arg("name", binary.sha256.substr(0, 32)), fmt::arg("sha", binary.sha256),
        fmt::arg("size", binary.size_bytes), fmt::arg("have", have_agent_line), fmt::arg("need", need_agent_line),
        fmt::arg("failed", no_agent_line));
}

}  // namespace

std::vector<std::string> agent_command(const HostSpec& host, const HostOptions& options, const AgentBinary& binary) {
    if (host.transport == Transport::local) return {binary.path, "agent"};
    std::vector<std::string> argv{options.ssh_program};
    if (!options.ssh_config.empty()) argv.insert(argv.end(), {"-F", options.ssh_config});
    // Earlier than our own limit: of a host that is not there ssh says so, which one that hangs later does not.
    const int connect_s = std::max(1, options.connect_timeout_s - 1);
    // Nothing may ask, nothing is forwarded, and a dead peer is noticed; all else is the user's configuration.
    for (const std::string& option :
         {std::string("BatchMode=yes"), fmt::format("ConnectTimeout={}", connect_s),
          std::string("ServerAliveInterval=5"), std::string("ServerAliveCountMax=3"), std::string("ForwardAgent=no"),
          std::string("ForwardX11=no"), std::string("ClearAllForwardings=yes"), std::string("RequestTTY=no"),
          std::string("EscapeChar=none"), std::string("ControlMaster=no")}) {
        argv.insert(argv.end(), {"-o", option});
    }
    argv.insert(argv.end(), {"--", host.ssh.empty() ? host.address : host.ssh, start_script(binary)});
    return argv;
}

}  // namespace r1cluster::detail
