// SPDX-License-Identifier: Apache-2.0
#include "report/terminal_text.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace r1cluster::detail {
namespace {

/// A character at the start of a text; size 0: the text does not begin with UTF-8 as RFC 3629 has it.
struct Character {
    std::uint32_t code = 0;
    std::size_t size = 0;
};

Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
    std::uint32_t code = first & (0xffu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) >> 6) != 2) return {};
        code = (code << 6) | (byte(i) & 0x3fu);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code >= 0xd800 && code < 0xe000;
    return code < least[size] || code > 0x10ffff || is_surrogate ? Character{} : Character{code, size};
}

bool is_control(std::uint32_t code) {
    const bool is_c0 = code < 0x20 && code != '\n' && code != '\t';
    const bool is_bidirectional = code == 0x061c || code == 0x200e || code == 0x200f ||
                                  (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return is_c0 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 || is_bidirectional;
}

template <class Escape>
std::string with_escapes(std::string_view text, Escape escape) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::size_t size = character.size == 0 ? 1 : character.size;
        if (character.size > 0 && !is_control(character.code)) {
            out += text.substr(0, size);
        } else if (!text.starts_with("\r\n")) {
            out +=
                escape(character.size == 0 ? static_cast<unsigned char>(text[0]) : character.code, character.size == 0);
        }
        text.remove_prefix(size);
    }
    return out;
}

}  // namespace

std::string terminal_text(std::string_view text) {
    return with_escapes(text, [](std::uint32_t code, bool is_byte) {
        return is_byte || code < 0x80 ? fmt::format("\\x{:02x}", code) : fmt::format("\\u{:04x}", code);
    });
}

std::string terminal_json(std::string_view document) {
    return with_escapes(document, [](std::uint32_t code, bool is_byte) {
        return is_byte ? std::string("\\ufffd") : fmt::format("\\u{:04x}", code);
    });
}

}  // namespace r1cluster::detail
