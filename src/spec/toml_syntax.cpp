// SPDX-License-Identifier: Apache-2.0
#include "spec/toml_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "spec/allowed_text.hpp"

namespace r1cluster::detail {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

std::string_view trimmed(std::string_view line) {
    constexpr std::string_view blanks = " \t\r";
    const std::size_t begin = line.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return "";
    return line.substr(begin, line.find_last_not_of(blanks) - begin + 1);
}

bool has_open_quote(std::string_view line) {
    bool is_open = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '#' && !is_open) break;
        if (line[i] == '\\' && is_open)
            ++i;
        else if (line[i] == '"')
            is_open = !is_open;
    }
    return is_open;
}

/// "[host]" that was there before, alone or as "[[host]]".
bool is_repeated_part(const std::vector<std::string_view>& lines, std::size_t index) {
    const std::string_view part = trimmed(lines[index]);
    if (!part.starts_with('[') || part.starts_with("[[")) return false;
    const std::string list = fmt::format("[{}]", part);
    return std::any_of(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(index),
                       [&](std::string_view line) { return trimmed(line) == part || trimmed(line) == list; });
}

}  // namespace

std::string explain_syntax(std::string_view text, std::size_t line, std::string_view description) {
    const std::vector<std::string_view> lines = lines_of(text);
    const std::size_t index = std::clamp<std::size_t>(line, 1, lines.size()) - 1;
    const std::string_view wrong = trimmed(lines[index]);
    const std::string shown = printable(std::string(wrong.substr(0, 120)));
    if (is_repeated_part(lines, index)) {
        return wrong == "[host]"
                   ? std::string("not TOML: the part [host] is there twice; write [[host]] for each host")
                   : fmt::format("not TOML: the part {0} is there twice; put all its keys below one {0}", shown);
    }
    if (has_open_quote(wrong)) return fmt::format("not TOML: a text has no closing quote in: {}", shown);
    if (wrong.starts_with('[') && wrong.find(']') == std::string_view::npos)
        return fmt::format("not TOML: a closing ] is missing in: {}", shown);
    return fmt::format("not TOML: {}, in: {} (expected [part], or key = value, with texts in double quotes)",
                       description, shown);
}

}  // namespace r1cluster::detail
