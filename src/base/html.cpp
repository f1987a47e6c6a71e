// SPDX-License-Identifier: Apache-2.0
#include "base/html.hpp"

namespace r1cluster::detail {
namespace {

/// Bytes of the UTF-8 character that starts `text`; 0 where it is none (RFC 3629, and U+FFFE, U+FFFF, which XML
/// forbids).
std::size_t character_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t size = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : (lead & 0xF0U) == 0xE0      ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
    if (size == 0 || size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return 0;
    }
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;                                         // overlong
    if (lead == 0xED && byte(1) >= 0xA0) return 0;                                        // surrogates
    if (lead == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE) return 0;                     // U+FFFE, U+FFFF
    if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) >= 0x90)) return 0;  // overlong, past U+10FFFF
    return size;
}

}  // namespace

std::string html_escaped(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t size = character_size(text);
        const char c = text.front();
        if (size == 0)
            out += '?';
        else if (size > 1)
            out += text.substr(0, size);
        else if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '\'')
            out += "&#39;";
        else
            out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return out;
}

std::string html_row(std::initializer_list<std::string_view> texts, std::string_view element,
                     std::string_view attributes) {
    const std::string tag(element);
    std::string html = "<tr" + std::string(attributes) + ">";
    for (const std::string_view text : texts) {
        html += "<" + tag + " style=\"text-align:left\">" + html_escaped(text) + "</" + tag + ">";
    }
    return html + "</tr>\n";
}

}  // namespace r1cluster::detail
