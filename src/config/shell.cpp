// SPDX-License-Identifier: Apache-2.0
#include "config/shell.hpp"

#include <algorithm>

namespace r1cluster::detail {
namespace {

// Bytes that mean themselves to every POSIX shell. '~' is not among them, and '=' only in an option: they can
// make a word a home folder or an assignment.
bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_@%+:,./-").find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_quoted(std::string_view word) {
    const auto is_safe = [&](char c) { return is_plain(c) || (c == '=' && word.starts_with('-')); };
    if (!word.empty() && std::ranges::all_of(word, is_safe)) return std::string(word);
    std::string out = "'";
    for (const char c : word) {
        if (c == '\'') {
            out += "'\\''";
        } else {
            out += c;
        }
    }
    return out + "'";
}

std::string shell_command(const std::vector<std::string>& argv) {
    std::string out;
    for (const std::string& word : argv) out += (out.empty() ? "" : " ") + shell_quoted(word);
    return out;
}

}  // namespace r1cluster::detail
