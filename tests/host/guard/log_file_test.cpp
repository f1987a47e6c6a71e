// SPDX-License-Identifier: Apache-2.0
#include "host/guard/log_file.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <vector>

#include "base/reflect_json.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "support/catch.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;

TEST_CASE("a log keeps every byte, and is its owner's alone", "[host/guard]") {
    const ScratchFolder folder;
    LogFile log(folder.path("head.log"), 1000, 3);
    log.append("one\ntw");
    log.append(std::string("o\0\xff\r\n", 5));
    CHECK(read_text_file(folder.path("head.log")) == std::string("one\ntwo\0\xff\r\n", 11));
    struct stat facts {};
    REQUIRE(::stat(folder.path("head.log").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 0600);
}

TEST_CASE("a log is rotated at its size, and the oldest part goes", "[host/guard]") {
    const ScratchFolder folder;
    LogFile log(folder.path("head.log"), 10, 3);
    for (const char* text : {"first...\n", "second..\n", "third...\n", "fourth..\n"}) log.append(text);
    CHECK(read_text_file(folder.path("head.log")) == "fourth..\n");
    CHECK(read_text_file(folder.path("head.log.1")) == "third...\n");
    CHECK(read_text_file(folder.path("head.log.2")) == "second..\n");
    CHECK(!std::filesystem::exists(folder.path("head.log.3")));
}

TEST_CASE("a log of one file begins anew at its size", "[host/guard]") {
    const ScratchFolder folder;
    LogFile log(folder.path("head.log"), 10, 1);
    log.append("first...\n");
    log.append("second..\n");
    CHECK(read_text_file(folder.path("head.log")) == "second..\n");
    CHECK(!std::filesystem::exists(folder.path("head.log.1")));
}

TEST_CASE("whole lines are handed on, however they arrive", "[host/guard]") {
    const ScratchFolder folder;
    std::vector<std::string> lines;
    LogFile log(folder.path("head.log"), 1000, 2);
    log.on_line = [&](const std::string& line) { lines.push_back(line); };
    log.append("fir");
    log.append("st\nsecond\r\n\n   \nprogress 1%\rprogress 2%\runfin");
    CHECK(lines == std::vector<std::string>{"first", "second", "progress 1%", "progress 2%"});
    CHECK(log.last_line() == "progress 2%");
    log.finish();
    CHECK(lines.back() == "unfin");
    log.finish();
    CHECK(lines.size() == 5);
}

TEST_CASE("the telling line is the last that speaks of an error", "[host/guard]") {
    const ScratchFolder folder;
    LogFile log(folder.path("head.log"), 1000, 2);
    log.append("INFO loading\n");
    CHECK(log.telling_line() == "INFO loading");
    log.append("ValueError: no GPU\nshutting down\n");
    CHECK(log.telling_line() == "ValueError: no GPU");
    CHECK(log.last_line() == "shutting down");
}

TEST_CASE("lines have no control bytes and are bounded", "[host/guard]") {
    const ScratchFolder folder;
    LogFile log(folder.path("head.log"), 100000, 2);
    log.append("\033[1mbold\033[0m\ttab\n");
    CHECK(log.last_line() == " [1mbold [0m tab");
    log.append(std::string(5000, 'x') + "\n");
    CHECK(log.last_line() == std::string(1000, 'x'));
}

TEST_CASE("lines are valid UTF-8, whatever an engine prints and wherever they are cut", "[host/guard]") {
    const ScratchFolder folder;
    LogFile log(folder.path("head.log"), 100000, 2);
    log.append("caf\xe9 au lait\n");
    CHECK(log.last_line() == "caf? au lait");
    std::string bar;
    for (int i = 0; i < 500; ++i) bar += "\xe2\x96\x88";
    log.append(bar + "\n");
    CHECK(log.last_line() == bar.substr(0, 999) + "?");
    CHECK(parse_json("\"" + log.last_line() + "\"", "line").as_string().size() == 1000);
}

TEST_CASE("a log as text is what JSON can carry", "[host/guard]") {
    CHECK(log_text("a\tb\nc") == "a\tb\nc");
    CHECK(log_text("10%\r20%\r\nend") == "10%\n20%\nend");
    CHECK(log_text("\xc3\xa9\xe2\x96\x88\xf0\x9f\x98\x80") == "\xc3\xa9\xe2\x96\x88\xf0\x9f\x98\x80");
    CHECK(log_text(std::string("nul \0 bell \a", 12)) == "nul ? bell ?");
    for (const std::string bad : {"\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                                  "\xf4\x90\x80\x80", "\xe2\x96", "\xe2x"}) {
        CAPTURE(bad);
        CHECK_NOTHROW(parse_json("\"" + log_text("<" + bad + ">") + "\"", "text"));
        CHECK_THAT(log_text(bad), StartsWith("?"));
    }
}

TEST_CASE("a log that cannot be written holds nobody up", "[host/guard]") {
    LogFile log("/nowhere/head.log", 1000, 2);
    log.append("RuntimeError: still seen\n");
    CHECK(log.telling_line() == "RuntimeError: still seen");
}
