// SPDX-License-Identifier: Apache-2.0
#include "host/guard/job_logs.hpp"

#include "base/note_of_cut.hpp"

#include <filesystem>

#include "host/guard/log_file.hpp"
#include "host/guard/own_home.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;

namespace {

struct Logs {
    OwnHome home;
    JobFolder folder{"logged", "node0"};
    Logs() { folder.prepare("key"); }
    void write(const std::string& name, const std::string& text) const { folder.write("logs/" + name, text); }

    std::vector<protocol::LogText> ask(std::uint64_t head, std::uint64_t tail,
                                       const std::map<std::string, std::uint64_t>& offsets = {}) const {
        return read_job_logs(folder, {"logged", "node0", offsets, head, tail});
    }
    /// All that is there, piece by piece as a controller asks for it.
    std::string whole() const {
        std::string text;
        std::map<std::string, std::uint64_t> offsets;
        for (bool has_more = true; has_more;) {
            has_more = false;
            for (const protocol::LogText& piece : ask(0, 0, offsets)) {
                text += piece.text;
                offsets[piece.id] = piece.offset;
                has_more = has_more || piece.offset < piece.size;
            }
        }
        return text;
    }
};

std::string numbered(int from, int to) {
    std::string text;
    for (int i = from; i < to; ++i) text += "line " + std::to_string(i) + "\n";
    return text;
}

}  // namespace

TEST_CASE("the files of a log stand together, the oldest first", "[host/guard]") {
    const Logs logs;
    logs.write("head.log.2", "a\n");
    logs.write("head.log.1", "b\n");
    logs.write("head.log", "c\n");
    logs.write("guard.log", "not the engine's\n");
    CHECK(logs.whole() == "a\nb\nc\n");
    const auto pieces = logs.ask(0, 1000);
    REQUIRE(pieces.size() == 3);
    CHECK(pieces[2].file == "head.log");
    CHECK(pieces[2].text == "a\nb\nc\n");
}

TEST_CASE("of a long log both ends are read, in whole lines, and what is missing is counted", "[host/guard]") {
    const Logs logs;
    const std::string text = numbered(0, 1000);
    logs.write("head.log.1", text.substr(0, 3000));
    logs.write("head.log", text.substr(3000));
    const std::string tail = logs.ask(0, 20).back().text;
    CHECK(tail == note_of_cut(text.size() - 18) + "\nline 998\nline 999\n");
    const std::string both = logs.ask(10, 20).back().text;
    CHECK(both == "line 0\n" + note_of_cut(text.size() - 7 - 18) + "\nline 998\nline 999\n");
    CHECK(logs.ask(text.size(), 1).back().text == text);
}

TEST_CASE("a log of more than one reply comes whole, and no character is torn", "[host/guard]") {
    const Logs logs;
    std::string text = "x";
    while (text.size() < (9u << 20)) text += "\xe2\x96\x88 \xf0\x9f\x98\x80\n";
    logs.write("head.log", text);
    CHECK(logs.whole() == text);
}

TEST_CASE("a file that a rotation renames is not read again", "[host/guard]") {
    const Logs logs;
    logs.write("head.log", "one\ntwo\n");
    std::map<std::string, std::uint64_t> offsets;
    for (const protocol::LogText& piece : logs.ask(0, 1000)) offsets[piece.id] = piece.offset;
    const std::string file = logs.folder.file("logs/head.log");
    std::filesystem::rename(file, file + ".1");
    logs.write("head.log", "three\n");
    std::string next;
    for (const protocol::LogText& piece : logs.ask(0, 1000, offsets)) next += piece.text;
    CHECK(next == "three\n");
}
