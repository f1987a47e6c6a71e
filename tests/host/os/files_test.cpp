// SPDX-License-Identifier: Apache-2.0
#include "host/os/files.hpp"

#include <sys/stat.h>

#include "r1cluster/host/os/text_file.hpp"
#include "support/catch.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;

namespace {

std::string refusal(const std::string& path, std::size_t limit_bytes = 100) {
    try {
        return "read: " + read_text_file(path, limit_bytes);
    } catch (const Error& error) {
        CHECK(error.subject() == path);
        return error.what();
    }
}

}  // namespace

TEST_CASE("a file is read whole up to its limit", "[host/os]") {
    const ScratchFolder folder;
    const std::string path = folder.write("a", std::string(100, 'x'));
    CHECK(read_text_file(path, 100) == std::string(100, 'x'));
    CHECK(refusal(path, 99) == "reading the file \"" + path + "\": longer than 99 bytes");
}

TEST_CASE("what cannot be read says why and never waits", "[host/os]") {
    const ScratchFolder folder;
    const std::string fifo = folder.path("fifo");
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(refusal(fifo) == "reading the file \"" + fifo + "\": not a regular file");
    CHECK(refusal(folder.path()) == "reading the file \"" + folder.path() + "\": Is a directory");
    CHECK(refusal(folder.path("b")) == "reading the file \"" + folder.path("b") + "\": No such file or directory");
    CHECK(detail::file_answer(folder.path("b")) ==
          Answer{std::nullopt, "No such file or directory", ReasonCode::not_found});
    CHECK(detail::link_answer(folder.path()) == Answer{std::nullopt, "Invalid argument"});
    CHECK(detail::listing_answer(fifo) == Answer{std::nullopt, "Not a directory", ReasonCode::not_found});
}

TEST_CASE("files of /proc, whose size reads 0, are read", "[host/os]") {
    CHECK_FALSE(detail::file_answer("/proc/self/limits").text.value_or("").empty());
}

TEST_CASE("a listing is sorted, one name a line", "[host/os]") {
    const ScratchFolder folder;
    folder.write("b", "");
    folder.write("a", "");
    CHECK(detail::listing_answer(folder.path()) == Answer{"a\nb\n", ""});
}

TEST_CASE("bytes that are not UTF-8 are shown as such", "[host/os]") {
    CHECK(detail::printable("caf\xC3\xA9") == "caf\xC3\xA9");
    CHECK(detail::printable("caf\xE9!\xFF") == "caf\\xe9!\\xff");
}
