// SPDX-License-Identifier: Apache-2.0
#include "facts/said.hpp"

#include <algorithm>
#include <limits>

namespace r1cluster::detail {

std::optional<std::string> Said::text(const Answers& answers, const std::string& key) {
    const auto found = answers.find(key);
    if (found == answers.end() || !found->second.text) return std::nullopt;
    std::string text = *found->second.text;
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

std::string Said::why(const Answers& answers, const std::string& key) {
    const auto found = answers.find(key);
    return found == answers.end() ? was_not_read(key) : key + ": " + found->second.because;
}

std::string was_not_read(const std::string& key) { return "\"" + key + "\" was not read"; }

bool is_unasked(std::string_view because) { return because.starts_with('"') && because.ends_with("\" was not read"); }

std::vector<std::string> Said::names(const std::string& path) const {
    return lines_of(text(readings_.listings, path).value_or(""));
}

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

std::string few_of(const std::vector<std::string>& names) {
    constexpr std::size_t shown = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), shown); ++i) text += (i == 0 ? "" : ", ") + names[i];
    return names.size() > shown ? text + " and " + std::to_string(names.size() - shown) + " more" : text;
}

std::optional<std::string> argument_of(const std::string& call, std::string_view function) {
    const bool is_it = call.size() > function.size() + 1 && call.starts_with(function) &&
                       call[function.size()] == '(' && call.ends_with(')');
    if (!is_it) return std::nullopt;
    return call.substr(function.size() + 1, call.size() - function.size() - 2);
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
