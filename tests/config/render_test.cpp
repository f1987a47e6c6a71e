// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>
#include <random>

#include "config/clusters.hpp"
#include "config/shell.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/config/settings.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

std::string said_by_sh(const std::string& script) {
    FILE* pipe = popen(script.c_str(), "r");
    REQUIRE(pipe);
    std::string out;
    std::array<char, 4096> buffer{};
    while (const std::size_t got = fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), got);
    REQUIRE(pclose(pipe) == 0);
    return out;
}

HostSettings some_settings() {
    return {
        .host = "node1",
        .interface = "ens1",
        .address = "10.0.0.1",
        .settings = {{.name = "A", .value = "it's $HOME", .because = "of a test", .is_from_user = true, .ours = {}},
                     {.name = "B", .value = std::nullopt, .because = "not needed", .is_from_user = false, .ours = {}},
                     {.name = "C", .value = "{state}/cache", .because = "own cache", .is_from_user = false, .ours = {}},
                     {.name = "D", .value = "1", .because = "on", .is_from_user = false, .ours = {}}}};
}

}  // namespace

TEST_CASE("an env file holds what is set, one line each", "[config]") {
    CHECK(render_env_file(some_settings()) == "A=it's $HOME\nD=1\n");
}

TEST_CASE("a value with a line break cannot be in an env file", "[config]") {
    HostSettings settings = some_settings();
    settings.settings[0].value = "a\nLD_PRELOAD=x";
    CHECK_THROWS_WITH(render_env_file(settings),
                      "writing \"A\" of host \"node1\" to an env file: its value has a line break; expected one line");
}

TEST_CASE("shell lines quote what a shell would take apart", "[config]") {
    CHECK(render_shell(some_settings()) == "export A='it'\\''s $HOME'\nexport D=1\n");
}

TEST_CASE("any bytes come back from a shell as they were quoted", "[config]") {
    std::mt19937 random(20261122);
    std::uniform_int_distribution<int> byte(1, 255), length(0, 60);
    std::string script = "printf '%s\\n' ", expected;
    for (int word = 0; word < 300; ++word) {
        std::string bytes;
        for (int left = length(random); left > 0; --left) bytes += static_cast<char>(byte(random));
        script += detail::shell_quoted(bytes) + " ";
        expected += bytes + "\n";
    }
    CHECK(said_by_sh(script) == expected);
}

TEST_CASE("showing settings gives values, and with explain the reasons and what is left unset", "[config]") {
    const Settings settings{.hosts = {some_settings()}, .findings = {}};
    CHECK(show(settings) ==
          "node1: 10.0.0.1 on ens1\n"
          "  A='it'\\''s $HOME'  (from the spec)\n"
          "  C='{state}/cache'\n"
          "  D=1\n");
    CHECK(show(settings, true) ==
          "node1: 10.0.0.1 on ens1\n"
          "  A='it'\\''s $HOME'  (from the spec)\n"
          "      because of a test\n"
          "  B  (left unset)\n"
          "      because not needed\n"
          "  C='{state}/cache'\n"
          "      because own cache\n"
          "  D=1\n"
          "      because on\n");
}

TEST_CASE("findings follow the settings that they are about", "[config]") {
    testing::TwoByEight given;
    given.spec.hosts[0].env["NCCL_IB_DISABLE"] = "1";
    CHECK_THAT(
        show(choose_settings(given.spec, given.cluster, given.layout)),
        ContainsSubstring(
            "warning config.override node1: NCCL_IB_DISABLE=1 from the spec; ours: 0 is the default; 1 would send "
            "everything over TCP\n    expected: NCCL_IB_DISABLE left unset\n"));
}
