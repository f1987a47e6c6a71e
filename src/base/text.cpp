// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace r1cluster::detail {

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::vector<std::string> words_of(std::string_view text) {
    constexpr std::string_view blank = " \t\n\v\f\r";
    std::vector<std::string> words;
    for (std::size_t at = text.find_first_not_of(blank); at != text.npos; at = text.find_first_not_of(blank, at)) {
        const std::size_t end = std::min(text.find_first_of(blank, at), text.size());
        words.emplace_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

std::string_view trimmed(std::string_view text) {
    constexpr auto white = " \t\r\n";
    const std::size_t first = text.find_first_not_of(white);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(white) - first + 1);
}

std::string few_of(const std::vector<std::string>& names) {
    constexpr std::size_t shown = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), shown); ++i) text += (i == 0 ? "" : ", ") + names[i];
    return names.size() > shown ? text + " and " + std::to_string(names.size() - shown) + " more" : text;
}

TextPosition position_in(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return {1 + static_cast<std::size_t>(std::ranges::count(before, '\n')), before.size() - line_start + 1};
}

Error refusal(std::string_view text, const std::string& source, std::size_t offset, const std::string& what) {
    return Error(source, position_in(text, offset), what);
}

std::optional<std::uint64_t> kib_value(const std::string& text, std::string_view key) {
    for (const std::string& line : lines_of(text)) {
        const std::vector<std::string> words = words_of(line);
        for (std::size_t i = 0; i + 1 < words.size(); ++i) {
            if (words[i] != key) continue;
            const auto kib = number_of<std::uint64_t>(words[i + 1]);
            if (!kib || *kib > std::numeric_limits<std::uint64_t>::max() / 1024) return std::nullopt;
            return *kib * 1024;
        }
    }
    return std::nullopt;
}

}  // namespace r1cluster::detail
