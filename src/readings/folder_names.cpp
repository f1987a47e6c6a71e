// SPDX-License-Identifier: Apache-2.0
#include "readings/folder_names.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_name_bytes = 255;

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-+,=@~").find(c) != std::string_view::npos;
}

std::string percent(char c) { return fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c))); }

std::optional<char> hex_pair(std::string_view digits) {
    int value = 0;
    for (const char c : digits) {
        const std::size_t digit = std::string_view("0123456789ABCDEF").find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        value = value * 16 + static_cast<int>(digit);
    }
    return static_cast<char>(value);
}

}  // namespace

std::string encode_component(std::string_view component) {
    if (component.empty()) return "%";
    std::string name;
    const bool is_dots = component == "." || component == "..";
    for (const char c : component) name += is_plain(c) && !is_dots ? std::string(1, c) : percent(c);
    return name;
}

std::optional<std::string> decode_component(std::string_view name) {
    if (name == "%") return "";
    std::string component;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] != '%') {
            component += name[i];
            continue;
        }
        if (i + 2 >= name.size()) return std::nullopt;
        const auto byte = hex_pair(name.substr(i + 1, 2));
        if (!byte) return std::nullopt;
        component += *byte;
        i += 2;
    }
    if (encode_component(component) != name) return std::nullopt;
    return component;
}

std::optional<std::string> encode_path(std::string_view path) {
    if (!path.starts_with('/')) return std::nullopt;
    std::string name;
    std::size_t begin = 1;
    while (true) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string component = encode_component(path.substr(begin, end - begin));
        if (component.size() > max_name_bytes) return std::nullopt;
        name += (name.empty() ? "" : "/") + component;
        if (end == path.size()) return name;
        begin = end + 1;
    }
}

std::optional<std::string> decode_path(std::string_view name) {
    std::string path;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = std::min(name.find('/', begin), name.size());
        const auto component = decode_component(name.substr(begin, end - begin));
        // A slash inside a component would make another path of it, with another encoding.
        if (!component || component->find('/') != std::string::npos) return std::nullopt;
        path += "/" + *component;
        if (end == name.size()) return path;
        begin = end + 1;
    }
}

std::string encode_host(std::string_view host) {
    std::string name = encode_component(host);
    if (name == "checkpoint" || name == "recording.json") name = percent(name[0]) + name.substr(1);
    return name;
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80   ? 1
                                   : lead < 0xC2 ? 0
                                   : lead < 0xE0 ? 2
                                   : lead < 0xF0 ? 3
                                   : lead < 0xF5 ? 4
                                                 : 0;
        if (length == 0 || i + length > text.size()) return false;
        std::uint32_t point = length == 1 ? lead : lead & (0x7FU >> length);
        for (std::size_t k = 1; k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xC0U) != 0x80U) return false;
            point = (point << 6U) | (next & 0x3FU);
        }
        const bool is_overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
        if (is_overlong || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
        i += length;
    }
    return true;
}

}  // namespace r1cluster::detail
