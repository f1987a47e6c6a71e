// SPDX-License-Identifier: Apache-2.0
#include "spec/allowed_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace r1cluster::detail {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_name_character(char c) { return is_digit(c) || is_letter(c) || c == '.' || c == '_' || c == '-'; }

std::string shown(char c) {
    if (is_control(c) || static_cast<unsigned char>(c) >= 0x80) {
        return fmt::format("the byte 0x{:02x}", static_cast<unsigned char>(c));
    }
    return c == ' ' ? "a blank" : fmt::format("'{}'", c);
}

Objection object_to_characters(std::string_view text, std::string_view others, std::size_t limit) {
    if (text.empty()) return "is empty";
    if (text.size() > limit) return fmt::format("has {} characters; at most {} are allowed", text.size(), limit);
    if (text.front() == '-') return "starts with '-', which programs take for an option";
    for (const char c : text) {
        if (!is_digit(c) && !is_letter(c) && others.find(c) == std::string_view::npos) {
            return fmt::format("holds {}; letters, digits and {} are allowed", shown(c), others);
        }
    }
    return std::nullopt;
}

/// Length of the UTF-8 sequence at the start, 0 where there is none (RFC 3629, table 3-7 of Unicode).
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                               : first >= 0xe0 && first < 0xf0 ? 3
                               : first >= 0xf0 && first < 0xf5 ? 4
                                                               : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    const bool is_overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool is_surrogate = first == 0xed && byte(1) >= 0xa0;
    const bool is_beyond = first == 0xf4 && byte(1) >= 0x90;
    return is_overlong || is_surrogate || is_beyond ? 0 : length;
}

Objection object_to_encoding(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 0) return fmt::format("is not UTF-8: {}", shown(text.front()));
        text.remove_prefix(length);
    }
    return std::nullopt;
}

/// An engine's parser reads "--api_key" and "--api-k" as "--api-key" as well.
bool is_option(std::string_view argument, std::string_view option, std::size_t shortest) {
    std::string name(argument.substr(0, argument.find('=')));
    std::replace(name.begin(), name.end(), '_', '-');
    return name.size() >= shortest && option.starts_with(name);
}

bool is_secret(std::string_view name) {
    static constexpr std::array endings{"API_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_SECRET_KEY", "_ACCESS_KEY"};
    return std::any_of(endings.begin(), endings.end(), [&](std::string_view end) { return name.ends_with(end); });
}

/// Four numbers from 0 to 255, of a text that holds digits and dots only.
bool is_ipv4(std::string_view text) {
    int numbers = 0;
    while (true) {
        const std::size_t end = std::min(text.find('.'), text.size());
        const bool has_leading_zero = end > 1 && text.front() == '0';
        if (end == 0 || end > 3 || has_leading_zero) return false;
        int value = 0;
        for (const char c : text.substr(0, end)) value = 10 * value + (c - '0');
        if (value > 255) return false;
        ++numbers;
        if (end == text.size()) return numbers == 4;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

Objection object_to_name(std::string_view text) {
    if (auto objection = object_to_characters(text, "._-", 63)) return objection;
    // "." and ".." are folders, and a name becomes the name of one.
    if (text.front() == '.') return "starts with '.'; a letter, digit or '_' must be first";
    return std::nullopt;
}

Objection object_to_address(std::string_view text) {
    if (auto objection = object_to_characters(text, "._:%-", 253)) return objection;
    const bool is_numeric = std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
    if (!is_numeric || is_ipv4(text)) return std::nullopt;
    return "is no IPv4 address; expected four numbers from 0 to 255, as in 10.0.0.1";
}

Objection object_to_destination(std::string_view text) {
    if (auto objection = object_to_characters(text, "._:@%-", 253)) return objection;
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos) return std::nullopt;
    if (at == 0) return "has no user before '@'";
    return object_to_address(text.substr(at + 1));
}

Objection object_to_image(std::string_view text) {
    if (auto objection = object_to_characters(text, "._:/@-", 512)) return objection;
    if (text.front() == '-') return "starts with '-', which programs take for an option";
    return std::nullopt;
}

Objection object_to_interface(std::string_view text) { return object_to_characters(text, "._:@-", 15); }

Objection object_to_variable(std::string_view name, std::string_view value) {
    const auto is_allowed = [](char c) { return is_digit(c) || is_letter(c) || c == '_'; };
    if (name.empty() || is_digit(name.front()) || !std::all_of(name.begin(), name.end(), is_allowed)) {
        return "is no name of an environment variable; letters, digits and '_' are allowed, not a digit first";
    }
    if (is_secret(name)) {
        return "would put a secret into files and process lists; leave it out (a checkpoint on disk needs no token; "
               "for the key of the API there is [serve] api_key_file)";
    }
    if (value.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) {
        return "has a value with a line end or NUL in it";
    }
    if (value.size() > 32768) return "has a value of more than 32768 bytes";
    if (auto objection = object_to_encoding(value)) return "has a value that " + *objection;
    return std::nullopt;
}

Objection object_to_argument(std::string_view text) {
    if (text.empty()) return "is empty";
    if (is_option(text, "--api-key", 7)) {
        return "would show the key in process lists and logs; put it into a file on the head host and name that as "
               "[serve] api_key_file";
    }
    if (is_option(text, "--hf-token", 6)) {
        return "would show the token in process lists and logs; leave it out, a checkpoint on disk needs none";
    }
    return object_to_line(text);
}

Objection object_to_absolute_path(std::string_view text) {
    if (text.empty()) return "is empty";
    if (text.front() != '/') return "is not absolute; it must start with '/', because it is the same on every host";
    if (text.size() > 4095) return "is longer than 4095 bytes";
    return object_to_line(text);
}

Objection object_to_request_path(std::string_view text) {
    if (!text.starts_with('/')) return "does not start with '/'; expected a path such as \"/v1/models\"";
    if (auto objection = object_to_characters(text, "/._-", 255)) return objection;
    if (text.find("//") != std::string_view::npos || text.ends_with('/'))
        return "has an empty part; expected a path such as \"/v1/models\"";
    if (text.find("/.") != std::string_view::npos) return "has a part that begins with '.', as relative paths do";
    return std::nullopt;
}

Objection object_to_line(std::string_view text) {
    for (const char c : text) {
        if (is_control(c)) return fmt::format("holds {}; control characters are not allowed", shown(c));
    }
    return object_to_encoding(text);
}

std::string printable(std::string_view text) {
    std::string out(text.substr(0, 80));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return is_control(c) || static_cast<unsigned char>(c) >= 0x80; }, '?');
    return text.size() > 80 ? out + "..." : out;
}

std::string safe_name(std::string_view text) {
    std::string name;
    for (const char c : text) {
        const bool is_first_allowed = is_digit(c) || is_letter(c) || c == '_';
        if (name.empty() && !is_first_allowed) continue;
        name += is_name_character(c) ? c : '-';
    }
    return name.empty() ? "deployment" : name.substr(0, 63);
}

}  // namespace r1cluster::detail
