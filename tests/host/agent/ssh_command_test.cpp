// SPDX-License-Identifier: Apache-2.0
#include "host/agent/ssh_command.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;

namespace {

const AgentBinary binary{"/opt/r1cluster/bin/r1cluster",
                         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", 4711};

HostSpec host(const std::string& ssh, Transport transport = Transport::ssh) {
    HostSpec made;
    made.name = "node1";
    made.address = "10.0.0.1";
    made.ssh = ssh;
    made.transport = transport;
    return made;
}

}  // namespace

TEST_CASE("a local agent is a child without a shell", "[host/agent]") {
    CHECK(agent_command(host("", Transport::local), {}, binary) ==
          std::vector<std::string>{"/opt/r1cluster/bin/r1cluster", "agent"});
}

TEST_CASE("ssh may not ask, forwards nothing, and takes the destination after --", "[host/agent]") {
    HostOptions options;
    options.ssh_program = "/usr/bin/ssh";
    options.ssh_config = "/home/me/ssh_config";
    options.connect_timeout_s = 7;
    std::vector<std::string> argv = agent_command(host("root@gpu-1"), options, binary);
    REQUIRE(!argv.empty());
    const std::string script = argv.back();
    argv.pop_back();
    CHECK(argv == std::vector<std::string>{
                      "/usr/bin/ssh",     "-F", "/home/me/ssh_config",   "-o", "BatchMode=yes",           "-o",
                      "ConnectTimeout=6", "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3",   "-o",
                      "ForwardAgent=no",  "-o", "ForwardX11=no",         "-o", "ClearAllForwardings=yes", "-o",
                      "RequestTTY=no",    "-o", "EscapeChar=none",       "-o", "ControlMaster=no",        "--",
                      "root@gpu-1"});
    CHECK(script ==
          "exec /bin/sh -c 'umask 077; PATH=\"${PATH:+$PATH:}/usr/bin:/bin\"; export PATH; "
          "d=\"${XDG_CACHE_HOME:-$HOME/.cache}/r1cluster/agent\"; "
          "b=\"$d/r1cluster-0123456789abcdef0123456789abcdef\"; "
          "good() { [ -f \"$1\" ] && [ ! -L \"$1\" ] && [ -O \"$1\" ] && [ \"$(stat -c %a \"$1\")\" = 700 ] && "
          "[ \"$(sha256sum <\"$1\" | cut -c 1-64)\" = "
          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef ]; }; "
          "if good \"$b\"; then echo R1CLUSTER-HAVE; else echo R1CLUSTER-NEED; mkdir -p \"$d\" && head -c 4711 "
          ">\"$b.$$\" && chmod 700 \"$b.$$\" && good \"$b.$$\" && { sync \"$b.$$\" 2>/dev/null || :; } && mv -f "
          "\"$b.$$\" \"$b\" || { rm -f \"$b.$$\"; echo R1CLUSTER-FAILED; exit 73; }; fi; exec \"$b\" agent'");
}

TEST_CASE("the user's own ssh configuration is taken where none is named", "[host/agent]") {
    const std::vector<std::string> argv = agent_command(host(""), {}, binary);
    CHECK(argv.front() == "ssh");
    CHECK(std::find(argv.begin(), argv.end(), "-F") == argv.end());
    CHECK(argv[argv.size() - 2] == "10.0.0.1");
}

TEST_CASE("nothing of the spec gets into the script", "[host/agent]") {
    HostSpec hostile = host("-oProxyCommand=touch /tmp/x");
    hostile.name = hostile.address = "$(touch /tmp/x)";
    const std::vector<std::string> argv = agent_command(hostile, {}, binary);
    CHECK(argv.back() == agent_command(host("gpu-1"), {}, binary).back());
    CHECK(argv[argv.size() - 3] == "--");
}
