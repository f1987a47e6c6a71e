// SPDX-License-Identifier: Apache-2.0
// Where the r1cluster executable is looked for, and what a program that is its own agent does.
#include "host/agent/agent_binary.hpp"

#include <filesystem>
#include <fstream>

#include "r1cluster/host/guard/agent_main.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;
using detail::find_binary_in;

namespace {

/// A file that may be run and begins as a program does, or as a script does.
std::string put_file(const std::filesystem::path& file, bool is_program = true) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << (is_program ? "\177ELF..." : "#!/bin/sh\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file.string();
}

}  // namespace

TEST_CASE("the executable is this program where that is called r1cluster", "[host]") {
    CHECK(find_binary_in({"/opt/x/r1cluster", "/nowhere", "/nowhere"}) == "/opt/x/r1cluster");
}

TEST_CASE("the executable is found beside the library, in bin beside its folder, and on PATH, in this order",
          "[host]") {
    const ScratchFolder scratch;
    const std::filesystem::path folder = scratch.path();
    const std::string on_path = put_file(folder / "tools" / "r1cluster");
    const std::string path = "/nowhere::" + (folder / "tools").string();
    const std::string lib = (folder / "prefix" / "lib" / "x86_64-linux-gnu").string();
    std::filesystem::create_directories(lib);
    CHECK(find_binary_in({"/usr/bin/service", lib, path}) == on_path);
    const std::string installed = put_file(folder / "prefix" / "bin" / "r1cluster");
    CHECK(find_binary_in({"/usr/bin/service", lib, path}) == installed);
    CHECK(find_binary_in({"/usr/bin/service", (folder / "prefix" / "lib").string(), path}) == installed);
    const std::string beside = put_file(lib + "/r1cluster");
    CHECK(find_binary_in({"/usr/bin/service", lib, path}) == beside);
}

TEST_CASE("a script called r1cluster, which pip installs, is no agent", "[host]") {
    const ScratchFolder scratch;
    const std::filesystem::path folder = scratch.path();
    put_file(folder / "r1cluster", false);
    CHECK(error_of([&] {
              find_binary_in({"/usr/bin/service", folder.string(), folder.string()});
          }) ==
          "not_found: looking for the r1cluster executable, which is the agent: it is neither this program nor beside "
          "it nor on "
          "PATH; install it, name it in HostOptions::binary, or call agent_main() first in main()");
}

TEST_CASE("agent_main leaves other arguments to the program, which then is the agent", "[host]") {
    const bool was_own_agent = detail::is_own_agent.exchange(false);
    const char* const arguments[] = {"service", "--listen", nullptr};
    CHECK(agent_main(2, arguments) == std::nullopt);
    CHECK(find_binary() == std::filesystem::read_symlink("/proc/self/exe"));
    detail::is_own_agent = was_own_agent;
}
