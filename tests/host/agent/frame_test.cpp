// SPDX-License-Identifier: Apache-2.0
#include "host/agent/frame.hpp"

#include <vector>

#include "base/lenient_json.hpp"
#include "host/agent/wire_error.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;

TEST_CASE("a frame is its length in four bytes and its body", "[host/agent]") {
    CHECK(to_frame("{}") == std::string("\x02\0\0\0{}", 6));
    const std::string body(0x10203, 'x');
    CHECK(to_frame(body).substr(0, 4) == std::string("\x03\x02\x01\0", 4));
    CHECK(to_frame("") == std::string(4, '\0'));
}

TEST_CASE("lines and frames are the same however the stream is cut", "[host/agent]") {
    const std::string stream = "Welcome\r\n\n" + std::string(agent_greeting) + "\n" + to_frame("{\"id\":1}") +
                               to_frame("") + to_frame("two\nlines");
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        FrameReader reader;
        std::vector<std::string> lines, frames;
        for (const std::string& piece : {stream.substr(0, cut), stream.substr(cut)}) {
            reader.append(piece);
            while (lines.size() < 3) {
                const auto line = reader.next_line();
                if (!line) break;
                lines.push_back(*line);
            }
            if (lines.size() < 3) continue;
            while (const auto frame = reader.next_frame()) frames.push_back(*frame);
        }
        CAPTURE(cut);
        CHECK(lines == std::vector<std::string>{"Welcome", "", std::string(agent_greeting)});
        CHECK(frames == std::vector<std::string>{"{\"id\":1}", "", "two\nlines"});
        CHECK(reader.pending_bytes() == 0);
    }
}

TEST_CASE("frames that come byte by byte are whole", "[host/agent]") {
    const std::string stream = to_frame("first") + to_frame("second");
    FrameReader reader;
    std::vector<std::string> frames;
    for (const char byte : stream) {
        reader.append(std::string_view(&byte, 1));
        while (const auto frame = reader.next_frame()) frames.push_back(*frame);
    }
    CHECK(frames == std::vector<std::string>{"first", "second"});
}

TEST_CASE("many frames leave nothing behind in the buffer", "[host/agent]") {
    FrameReader reader;
    const std::string body(100000, 'x');
    for (int i = 0; i < 100; ++i) {
        reader.append(to_frame(body) + "\x05");
        REQUIRE(reader.next_frame() == body);
        CHECK(reader.pending_bytes() == 1);
        reader.append(std::string("\0\0\0", 3) + "short");
        REQUIRE(reader.next_frame() == "short");
    }
    CHECK(reader.pending_bytes() == 0);
}

TEST_CASE("a frame above the bound is refused by its length alone", "[host/agent]") {
    FrameReader reader;
    reader.append(std::string("\x01\0\0\x10", 4));
    CHECK(error_of([&] { reader.next_frame(); }) ==
          "reading a frame: its length 268435457 is above the bound of 268435456 bytes");
    FrameReader allowed;
    allowed.append(std::string("\0\0\0\x10", 4));
    CHECK(allowed.next_frame() == std::nullopt);
}

TEST_CASE("an error of an agent arrives with its kind, subject and host", "[host/agent]") {
    for (const ErrorKind kind :
         {ErrorKind::invalid_input, ErrorKind::not_found, ErrorKind::unavailable, ErrorKind::timed_out,
          ErrorKind::interrupted, ErrorKind::system, ErrorKind::internal}) {
        const Error arrived =
            from_wire(to_wire(Error(kind, "/data/r1", "opening \"/data/r1\": no such folder")), "node1");
        CHECK(arrived.kind() == kind);
        CHECK(arrived.subject() == "/data/r1");
        CHECK(std::string(arrived.what()) == "node1: opening \"/data/r1\": no such folder");
    }
}

TEST_CASE("an error that this version does not know means unavailable", "[host/agent]") {
    const auto read = [](const boost::json::value& wire) {
        return from_wire(from_value_leniently<WireError>(wire, "reply"), "node1");
    };
    const Error newer = read(boost::json::object{{"kind", "eaten"}, {"message", "by a dog"}});
    CHECK(newer.kind() == ErrorKind::unavailable);
    CHECK(std::string(newer.what()) == "node1: by a dog");
    CHECK(read(boost::json::object()).kind() == ErrorKind::unavailable);
    CHECK(error_of([&] { read("nonsense"); }) == "reply: expected an object, got \"nonsense\"");
}
