// SPDX-License-Identifier: Apache-2.0
#include "readings/scrub_text.hpp"
#include "base/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace r1cluster::detail {
namespace {

constexpr std::size_t shortest_word = 3;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

bool ends_word(std::string_view text, std::size_t end) { return end >= text.size() || !is_word(text[end]); }

std::size_t hex_run(std::string_view text) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_hex) - text.begin());
}

/// Length of `groups` runs of `digits` hex digits with `separator` between; 0: it is not there.
std::size_t hex_groups(std::string_view text, std::initializer_list<std::size_t> digits, char separator) {
    std::size_t at = 0;
    for (const std::size_t count : digits) {
        if (at > 0 && (at >= text.size() || text[at++] != separator)) return 0;
        if (hex_run(text.substr(at)) != count) return 0;
        at += count;
    }
    return ends_word(text, at) ? at : 0;
}

/// Six or more pairs (Ethernet, the 20 of InfiniBand, the eight of lspci's "Device Serial Number 94-6d-..."), or the
/// four quadruples of an InfiniBand GUID.
std::size_t mac_length(std::string_view text) {
    for (const char separator : {':', '-'}) {
        std::size_t at = 0, pairs = 0;
        while (hex_run(text.substr(at)) == 2) {
            ++pairs;
            at += 2;
            if (at >= text.size() || text[at] != separator) break;
            ++at;
        }
        if (pairs >= 6 && text[at - 1] != separator && ends_word(text, at)) return at;
    }
    const std::size_t guid = hex_groups(text, {4, 4, 4, 4}, ':');
    return guid > 0 && (guid >= text.size() || text[guid] != ':') ? guid : 0;
}

bool is_one_digit_repeated(std::string_view hex) {
    const char first = hex.front();
    return std::all_of(hex.begin(), hex.end(), [first](char c) { return c == first || c == ':' || c == '-'; });
}

bool is_localhost(std::string_view name) { return name == "localhost" || name.starts_with("localhost."); }

}  // namespace

void Pseudonyms::learn_host(const std::string& name) {
    if (name.empty() || name == "(none)" || is_localhost(name) || is_ip_address(name)) return;
    const std::size_t dot = name.find('.');
    const std::string label = name.substr(0, dot);
    if (!label.empty()) hosts_.try_emplace(label, fmt::format("host{}", hosts_.size() + 1));
    if (dot == std::string::npos || dot + 1 == name.size()) return;
    domains_.try_emplace(name.substr(dot + 1), fmt::format("domain{}", domains_.size() + 1));
}

void Pseudonyms::learn_user(const std::string& name) {
    if (!name.empty() && name != "root") users_.try_emplace(name, fmt::format("user{}", users_.size() + 1));
}

void Pseudonyms::learn_serial(const std::string& serial) {
    if (serial.size() < shortest_word || is_one_digit_repeated(serial)) return;
    serials_.try_emplace(serial, fmt::format("serial{}", serials_.size() + 1));
}

std::string Pseudonyms::host(const std::string& name) {
    if (is_ip_address(name)) return addresses_.of(name);
    const std::size_t dot = name.find('.');
    const auto label = hosts_.find(std::string_view(name).substr(0, dot));
    if (label == hosts_.end()) return name;
    if (dot == std::string::npos) return label->second;
    const auto domain = domains_.find(std::string_view(name).substr(dot + 1));
    return label->second + "." + (domain == domains_.end() ? name.substr(dot + 1) : domain->second);
}

std::string Pseudonyms::user(const std::string& name) {
    const auto found = users_.find(name);
    return found == users_.end() ? name : found->second;
}

std::string Pseudonyms::numbered(const std::string& kind, const std::string& value) {
    std::string lower = value;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
    auto& known = hex_[kind];
    const auto found = known.find(lower);
    if (found != known.end()) return found->second;
    // The number's digits take the places of the last hex digits, all others become 0; "4" and "8" mark a
    // random UUID, "02" a locally administered MAC address.
    std::string digits = fmt::format("{:x}", known.size() + 1);
    std::string pseudonym = lower;
    for (auto it = pseudonym.rbegin(); it != pseudonym.rend(); ++it) {
        if (!is_hex(*it)) continue;
        *it = digits.empty() ? '0' : digits.back();
        if (!digits.empty()) digits.pop_back();
    }
    if (kind == "UUIDs") pseudonym[14] = '4', pseudonym[19] = '8';
    if (kind == "MAC addresses") pseudonym[1] = '2';
    return known[lower] = pseudonym;
}

Pseudonyms::Match Pseudonyms::match_hex(std::string_view rest, const WordRules& rules) {
    const auto pseudonym = [&](const char* kind, std::size_t length) -> Match {
        const std::string value(rest.substr(0, length));
        return {length, is_one_digit_repeated(value) ? value : numbered(kind, value)};
    };
    if (const auto length = hex_groups(rest, {8, 4, 4, 4, 12}, '-')) return pseudonym("UUIDs", length);
    if (const auto length = mac_length(rest)) return pseudonym("MAC addresses", length);
    const std::size_t run = hex_run(rest);
    if (rules.has_identifiers && (run == 32 || run == 64) && ends_word(rest, run)) return pseudonym("identifiers", run);
    return {};
}

/// IPv4 and IPv6 addresses as words of their own. "package-12.8.4.1" is a version: behind '-', only an address
/// that was seen elsewhere is one.
Pseudonyms::Match Pseudonyms::match_address(std::string_view text, std::size_t at) {
    if (at > 0 && text[at - 1] == '.') return {};
    const bool may_be_version = at > 0 && text[at - 1] == '-';
    std::string_view rest = text.substr(at);
    std::size_t length = 0, colons = 0;
    while (length < rest.size() && length <= 45 &&
           (is_hex(rest[length]) || rest[length] == '.' || rest[length] == ':')) {
        if (rest[length++] == ':') ++colons;
    }
    // "10.0.0.1:8000" and "10.0.0.1." end before the colon or point.
    if (colons < 2) length = std::min(length, rest.find(':'));
    while (length > 0 &&
           (rest[length - 1] == '.' || (rest[length - 1] == ':' && !rest.substr(0, length).ends_with("::")))) {
        --length;
    }
    if (length < 2 || !ends_word(rest, length)) return {};
    const std::string candidate(rest.substr(0, length));
    if (!is_ip_address(candidate) || (may_be_version && !addresses_.knows(candidate))) return {};
    return {length, addresses_.of(candidate)};
}

Pseudonyms::Match Pseudonyms::match_word(std::string_view text, std::size_t at, const WordRules& rules) {
    const std::string_view rest = text.substr(at);
    Match best;
    const auto look_in = [&](const Words& words, std::size_t shortest, auto is_allowed) {
        for (const auto& [word, pseudonym] : words) {
            const bool is_longer = word.size() >= shortest && word.size() > best.length;
            if (is_longer && rest.starts_with(word) && ends_word(rest, word.size()) && is_allowed(word)) {
                best = {word.size(), pseudonym};
            }
        }
    };
    const auto anywhere = [](const std::string&) { return true; };
    // A user called "ubuntu" is one inside a path or before '@', not in the name of the operating system; and
    // "/dev" is no user's.
    const auto as_user = [&](const std::string& word) {
        const bool is_in_path =
            at > 0 && (text[at - 1] == '~' || (text[at - 1] == '/' && at > 1 && is_word(text[at - 2])));
        return is_in_path || (word.size() < rest.size() && rest[word.size()] == '@');
    };
    look_in(serials_, shortest_word, anywhere);
    if (rules.has_host_names) {
        look_in(hosts_, shortest_word, anywhere);
        look_in(domains_, shortest_word, anywhere);
        look_in(users_, 1, as_user);
    }
    return best;
}

Pseudonyms::Match Pseudonyms::match_at(std::string_view text, std::size_t at, const WordRules& rules) {
    if (at > 0 && is_word(text[at - 1])) return {};
    if (is_hex(text[at])) {
        if (Match found = match_hex(text.substr(at), rules); found.length > 0) return found;
    }
    if (is_hex(text[at]) || text[at] == ':') {
        if (Match found = match_address(text, at); found.length > 0) return found;
    }
    return is_word(text[at]) ? match_word(text, at, rules) : Match{};
}

std::string Pseudonyms::text(std::string_view text, const WordRules& rules) {
    std::string scrubbed;
    scrubbed.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Match found = match_at(text, at, rules);
        if (found.length == 0) {
            scrubbed += text[at++];
        } else {
            scrubbed += found.replacement;
            at += found.length;
        }
    }
    return scrubbed;
}

std::string Pseudonyms::numbers_after(std::string_view text, std::string_view before) {
    std::string scrubbed;
    while (true) {
        const std::size_t at = text.find(before);
        const std::size_t begin = at == std::string_view::npos ? text.size() : at + before.size();
        const std::size_t length = hex_run(text.substr(begin));
        scrubbed += text.substr(0, begin);
        const std::string value(text.substr(begin, length));
        if (length == 0) {
            if (begin == text.size()) return scrubbed;
        } else {
            scrubbed += is_one_digit_repeated(value) ? value : numbered("identifiers", value);
        }
        text.remove_prefix(begin + length);
    }
}

std::map<std::string, int> Pseudonyms::counts() const {
    std::map<std::string, int> counts{
        {"host names", static_cast<int>(hosts_.size())}, {"domains", static_cast<int>(domains_.size())},
        {"user names", static_cast<int>(users_.size())}, {"serial numbers", static_cast<int>(serials_.size())},
        {"IPv4 addresses", addresses_.ipv4_count()},     {"IPv6 addresses", addresses_.ipv6_count()}};
    for (const auto& [kind, known] : hex_) counts[kind] = static_cast<int>(known.size());
    std::erase_if(counts, [](const auto& entry) { return entry.second == 0; });
    return counts;
}

}  // namespace r1cluster::detail
