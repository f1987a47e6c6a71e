// SPDX-License-Identifier: Apache-2.0
#include "report/terminal_text.hpp"

#include "support/catch.hpp"

using r1cluster::detail::terminal_json;
using r1cluster::detail::terminal_text;

TEST_CASE("plain text of any script stays as it is, line ends and tabs among it", "[report]") {
    const std::string text = "rank 0\tGPU\n├─ \xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80 é\n";
    CHECK(terminal_text(text) == text);
    CHECK(terminal_json(text) == text);
}

TEST_CASE("what a terminal would obey is shown as an escape", "[report]") {
    CHECK(terminal_text("\x1b[2J\x1b]0;owned\x07!") == "\\x1b[2J\\x1b]0;owned\\x07!");
    CHECK(terminal_text("a\x08"
                        "b\x7f") == "a\\x08b\\x7f");
    CHECK(terminal_text("\xc2\x9b"
                        "31m\xc2\x85\xc2\x80\xc2\x9f") == "\\u009b31m\\u0085\\u0080\\u009f");
    CHECK(terminal_text(std::string("a\0b", 3)) == "a\\x00b");
    CHECK(terminal_text("10%\r20%\r\n") == "10%\\x0d20%\n");
    CHECK(terminal_text("\xe2\x80\xae txt.exe \xe2\x80\xa8") == "\\u202e txt.exe \\u2028");
    CHECK(terminal_text("\xc2\xa0") == "\xc2\xa0");
}

TEST_CASE("bytes that are not UTF-8 are shown as bytes", "[report]") {
    CHECK(terminal_text("\x9b"
                        "31m \xff\xfe") == "\\x9b31m \\xff\\xfe");
    CHECK(terminal_text("\xc0\x9b \xe0\x82\x9b \xed\xa0\x80") == "\\xc0\\x9b \\xe0\\x82\\x9b \\xed\\xa0\\x80");
    CHECK(terminal_text("cut \xe2\x96") == "cut \\xe2\\x96");
}

TEST_CASE("no byte sequence of two or three characters leaves a control character", "[report]") {
    for (int a = 0; a < 256; ++a) {
        for (int b = 0; b < 256; ++b) {
            const std::string text{'a', static_cast<char>(a), static_cast<char>(b), 'z'};
            const std::string shown = terminal_text(text);
            for (const char c : shown) {
                const auto byte = static_cast<unsigned char>(c);
                REQUIRE((byte >= 0x20 || byte == '\n' || byte == '\t'));
                REQUIRE(byte != 0x7f);
            }
            for (std::size_t i = 0; i + 1 < shown.size(); ++i) {
                const bool is_c1 = shown[i] == '\xc2' && static_cast<unsigned char>(shown[i + 1]) < 0xa0;
                REQUIRE_FALSE(is_c1);
            }
            REQUIRE(terminal_text(shown) == shown);
        }
    }
}

TEST_CASE("a JSON document keeps its value", "[report]") {
    CHECK(terminal_json("{\"a\": \"\xc2\x9b"
                        "31m\x7f\"}") == "{\"a\": \"\\u009b31m\\u007f\"}");
    CHECK(terminal_json("\"\xff\"") == "\"\\ufffd\"");
}
