// SPDX-License-Identifier: Apache-2.0
#include "views/tree.hpp"

#include <algorithm>

namespace r1cluster::detail {
namespace {

constexpr std::size_t terminal_columns = 100;
constexpr std::size_t least_columns = 40;  // a deep tree is rather wide than a column of words

void draw(const std::vector<Branch>& branches, const std::string& indent, std::string& out) {
    for (std::size_t i = 0; i < branches.size(); ++i) {
        const bool is_last = i + 1 == branches.size();
        const std::string below = indent + (is_last ? "   " : "│  ");
        const std::string between = below + (branches[i].branches.empty() ? "    " : "│   ");
        const std::size_t taken = columns(between);
        const auto lines =
            wrapped(branches[i].line, std::max(terminal_columns - std::min(taken, terminal_columns), least_columns));
        for (std::size_t n = 0; n < lines.size(); ++n) {
            out += (n == 0 ? indent + (is_last ? "└─ " : "├─ ") : between) + lines[n] + "\n";
        }
        draw(branches[i].branches, below, out);
    }
}

}  // namespace

std::size_t columns(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    std::vector<std::string> lines{""};
    std::size_t used = 0;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        const std::string word = text.substr(begin, end - begin);
        const std::size_t size = columns(word);
        if (!lines.back().empty() && used + 1 + size > width) {
            lines.emplace_back();
            used = 0;
        }
        if (!lines.back().empty()) {
            lines.back() += ' ';
            ++used;
        }
        lines.back() += word;
        used += size;
        begin = end + 1;
    }
    return lines;
}

std::string drawn(const std::vector<Branch>& branches) {
    std::string out;
    draw(branches, "", out);
    return out;
}

}  // namespace r1cluster::detail
