// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace r1cluster::cli {
namespace {

constexpr std::size_t usual_columns = 80, least_columns = 40;
constexpr std::string_view remedy_label = "    remedy  ";

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) >> 6) != 2; }

std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

/// Blanks and branches of a tree at the start of a line.
std::size_t size_of_prefix(std::string_view line) {
    constexpr std::array<std::string_view, 5> parts{" ", "│", "├", "└", "─"};
    std::size_t size = 0;
    while (true) {
        const auto part = std::ranges::find_if(
            parts, [&](std::string_view candidate) { return line.substr(size).starts_with(candidate); });
        if (part == parts.end()) return size;
        size += part->size();
    }
}

/// How a line goes on: its branches go on or end, and its text is indented by four, or stands below that of a label.
std::string continuation_of(std::string_view line) {
    const std::string_view prefix = line.substr(0, size_of_prefix(line));
    std::string out;
    for (std::size_t i = 0; i < prefix.size(); ++i) {
        if (!begins_character(prefix[i])) continue;
        const std::string_view rest = prefix.substr(i);
        out += rest.starts_with("│") || rest.starts_with("├") ? "│" : " ";
    }
    const std::size_t gap = line.find("  ", prefix.size());
    const std::size_t label = gap == std::string_view::npos ? gap : line.find_first_not_of(' ', gap);
    const bool has_label = label != std::string_view::npos && label <= prefix.size() + 16;
    return out + std::string(has_label ? label - prefix.size() : 4, ' ');
}

bool holds_command(std::string_view line) {
    const bool is_program = line.substr(std::min(line.find_first_not_of(' '), line.size())).starts_with('/');
    return is_program || line.starts_with(remedy_label) || line.find("curl ") != std::string_view::npos;
}

void append_fitted(std::string& out, std::string_view line, std::size_t columns) {
    const std::string indent = continuation_of(line);
    std::size_t used = 0;
    std::string row;
    std::size_t blank = std::string::npos;  // place of the last blank of the row that may be a break
    for (const char byte : line) {
        if (begins_character(byte)) ++used;
        if (byte == ' ' && row.size() > size_of_prefix(row)) blank = row.size();
        row += byte;
        if (used <= columns || blank == std::string::npos || byte == ' ') continue;
        out += row.substr(0, blank) + "\n";
        row = indent + row.substr(blank + 1);
        used = columns_of(row);
        blank = std::string::npos;
    }
    out += row;
}

}  // namespace

std::size_t terminal_columns(int descriptor) {
    winsize size{};
    return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual_columns;
}

std::string cut_to_columns(std::string_view text, std::size_t columns) {
    constexpr std::string_view dots = "...";
    std::size_t count = 0, kept = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!begins_character(text[i])) continue;
        if (count + dots.size() == columns) kept = i;
        if (++count > columns) return std::string(text.substr(0, kept)) + std::string(dots.substr(0, columns));
    }
    return std::string(text);
}

std::string fit_to_terminal(std::string_view text, std::size_t columns) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        if (columns < least_columns || columns_of(line) <= columns || holds_command(line)) {
            out += line;
        } else {
            append_fitted(out, line, columns);
        }
        if (end < text.size()) out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string coloured(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> words{
        {{"error   ", "\x1b[31m"}, {"warning ", "\x1b[33m"}, {"unknown ", "\x1b[35m"}}};
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const auto word = std::ranges::find_if(words, [&](const auto& pair) { return line.starts_with(pair.first); });
        if (word == words.end()) {
            out += line;
        } else {
            out += word->second;
            out += line.substr(0, word->first.size() - 1);
            out += "\x1b[0m";
            out += line.substr(word->first.size() - 1);
        }
        if (end < text.size()) out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

}  // namespace r1cluster::cli
