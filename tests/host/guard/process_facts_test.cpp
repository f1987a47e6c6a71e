// SPDX-License-Identifier: Apache-2.0
#include "host/guard/process_facts.hpp"
#include "host/os/files.hpp"

#include <filesystem>

#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;

TEST_CASE("how a process ended is said in words", "[host/guard]") {
    Cause cause;
    CHECK(describe_end(cause) == "ended, and this kernel does not say how");
    cause.exit_code = 3;
    CHECK(describe_end(cause) == "ended with exit code 3");
    cause.exit_code.reset();
    cause.signal = 9;
    CHECK(describe_end(cause) == "was killed by SIGKILL");
    cause.is_out_of_memory = true;
    CHECK(describe_end(cause) == "was killed by SIGKILL: the kernel ran out of memory");
    cause.is_out_of_memory = false;
    cause.signal = 40;
    CHECK(describe_end(cause) == "was killed by signal 40");
}

TEST_CASE("engine processes inherit paths and locale, and nothing that could be a secret", "[host/guard]") {
    ::setenv("R1CLUSTER_TEST_API_KEY", "secret", 1);
    ::setenv("LC_TEST", "C", 1);
    const auto env = passed_environment();
    CHECK(env.contains("PATH"));
    CHECK(env.at("LC_TEST") == "C");
    CHECK(!env.contains("R1CLUSTER_TEST_API_KEY"));
    ::unsetenv("R1CLUSTER_TEST_API_KEY");
    ::unsetenv("LC_TEST");
}

TEST_CASE("a secret is read without its line end, and only where nobody else can", "[host/guard]") {
    const ScratchFolder folder;
    const std::string path = folder.write("key", "sesame\n");
    std::filesystem::permissions(path, std::filesystem::perms(0600));
    CHECK(read_secret(path) == "sesame");
    std::filesystem::permissions(path, std::filesystem::perms(0640));
    CHECK(error_of([&] { read_secret(path); }) ==
          "reading the secret \"" + path + "\": others may read it; chmod 600 it");
    const std::string empty = folder.write("empty", "\n");
    std::filesystem::permissions(empty, std::filesystem::perms(0600));
    CHECK(error_of([&] { read_secret(empty); }) == "reading the secret \"" + empty + "\": the file is empty");
}
