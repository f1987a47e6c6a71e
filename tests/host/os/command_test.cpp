// SPDX-License-Identifier: Apache-2.0
#include "host/os/command.hpp"

#include <chrono>

#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster::detail;

TEST_CASE("a command ends with its exit code and all that it printed", "[host/os]") {
    const CommandOutput said = run_command({"/bin/sh", "-c", "echo one; echo two >&2; exit 3"}, 20);
    CHECK(said.exit_code == 3);
    CHECK(!said.is_success());
    CHECK(said.output == "one\n");
    CHECK(said.errors == "two\n");
    CHECK(said.complaint() == "two");
    CHECK(run_command({"/bin/sh", "-c", "kill -9 $$"}, 20).exit_code == 137);
}

TEST_CASE("a complaint is what Docker and Podman say, without what they put around it", "[host/os]") {
    const auto complaint = [](const char* errors) { return CommandOutput{125, "output\n", errors}.complaint(); };
    CHECK(complaint("Error: unknown flag: --no-such-option\nSee 'podman run --help'\n") ==
          "unknown flag: --no-such-option");
    CHECK(complaint("unknown flag: --x\n\nRun 'docker run --help' for more information\n") == "unknown flag: --x");
    CHECK(complaint("docker: Error response from daemon: conflict.\nSee 'docker run --help'.\n") == "conflict.");
    CHECK(complaint("") == "output");
    CHECK(CommandOutput{125, "", " \n"}.complaint() == "exit code 125, and no word why");
}

TEST_CASE("a command has no input to wait for", "[host/os]") { CHECK(run_command({"/bin/cat"}, 20).is_success()); }

TEST_CASE("more output than a pipe holds is read to its end", "[host/os]") {
    CHECK(
        run_command({"/bin/sh", "-c", "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"}, 20).output.size() ==
        1'000'000);
}

TEST_CASE("a command that does not end in time is ended", "[host/os]") {
    const auto begin = std::chrono::steady_clock::now();
    CHECK(error_of([] {
              run_command({"/bin/sleep", "60"}, 0.2);
          }) == "timed_out: running \"/bin/sleep 60\": no end within 0.2 s");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
}

TEST_CASE("a process that a command leaves behind with its streams holds nobody up", "[host/os]") {
    const CommandOutput said = run_command({"/bin/sh", "-c", "sleep 5 & echo started"}, 20);
    CHECK(said.is_success());
    CHECK(said.output == "started\n");
}

TEST_CASE("a command that is not there is refused by name", "[host/os]") {
    CHECK(error_of([] { run_command({"no-such-program"}, 1); }) ==
          "not_found: starting \"no-such-program\": there is no such program in PATH");
}
