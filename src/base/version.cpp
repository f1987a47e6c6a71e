// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/version.hpp"

#include <fmt/format.h>

#include <charconv>

#include "r1cluster/base/error.hpp"

namespace r1cluster {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter_or_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_'; }

}  // namespace

std::optional<Version> Version::try_parse(std::string_view text) {
    Version version;
    if (text.starts_with('v')) text.remove_prefix(1);
    while (true) {
        int number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || text.empty() || !is_digit(text.front())) return std::nullopt;
        version.numbers.push_back(number);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        // ".dev5" and ".post1" are suffixes, not numbers.
        if (text.size() < 2 || text[0] != '.' || !is_digit(text[1])) break;
        text.remove_prefix(1);
    }
    const std::size_t plus = text.find('+');
    std::string_view suffix = text.substr(0, plus);
    if (plus != std::string_view::npos) {
        version.local = text.substr(plus + 1);
        if (version.local.empty()) return std::nullopt;
    }
    for (const char c : version.local) {
        if (!is_word(c)) return std::nullopt;
    }
    for (const char c : suffix) {
        if (!is_word(c)) return std::nullopt;
    }
    if (suffix.starts_with('.') || suffix.starts_with('-')) suffix.remove_prefix(1);
    // "1..2" and "1." are slips of the keyboard, no versions.
    const bool is_word_at_ends =
        !suffix.empty() && is_letter_or_digit(suffix.front()) && is_letter_or_digit(suffix.back());
    if (!is_word_at_ends && !text.substr(0, plus).empty()) return std::nullopt;
    version.pre_release = suffix;
    return version;
}

Version Version::parse(std::string_view text) {
    if (auto version = try_parse(text)) return *version;
    throw Error(ErrorKind::invalid_input, std::string(text),
                fmt::format("\"{}\" is not a version; expected for example \"0.11.1\" or \"0.32.0+cpu\"", text));
}

std::string Version::text() const {
    std::string out = fmt::format("{}", fmt::join(numbers, "."));
    if (pre_release.starts_with("dev") || pre_release.starts_with("post")) out += '.';
    if (!pre_release.empty() && is_digit(pre_release.front())) out += '-';
    out += pre_release;
    if (!local.empty()) out += "+" + local;
    return out;
}

std::weak_ordering Version::operator<=>(const Version& other) const {
    for (std::size_t i = 0; i < std::max(numbers.size(), other.numbers.size()); ++i) {
        const int mine = i < numbers.size() ? numbers[i] : 0;
        const int theirs = i < other.numbers.size() ? other.numbers[i] : 0;
        if (mine != theirs) return mine <=> theirs;
    }
    // Python's order: dev < a < b < rc < release < post; alphabetical but for "dev" and "post".
    const auto stage = [](const std::string& suffix) {
        if (suffix.empty()) return 2;
        if (suffix.starts_with("dev")) return 0;
        return suffix.starts_with("post") ? 3 : 1;
    };
    if (stage(pre_release) != stage(other.pre_release)) return stage(pre_release) <=> stage(other.pre_release);
    // "rc2" before "rc10": words first, then the number behind them.
    const auto split = [](const std::string& suffix) {
        const std::size_t digits = suffix.find_first_of("0123456789");
        int number = 0;
        if (digits != std::string::npos) std::from_chars(suffix.data() + digits, suffix.data() + suffix.size(), number);
        return std::pair(suffix.substr(0, digits), number);
    };
    const auto mine = split(pre_release), theirs = split(other.pre_release);
    if (mine.first != theirs.first)
        return mine.first < theirs.first ? std::weak_ordering::less : std::weak_ordering::greater;
    return mine.second <=> theirs.second;
}

std::string_view library_version() { return R1CLUSTER_VERSION; }

}  // namespace r1cluster
