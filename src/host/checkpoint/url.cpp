// SPDX-License-Identifier: Apache-2.0
#include "host/checkpoint/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/address.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::string_view plain_scheme = "http://", secure_scheme = "https://";
constexpr std::size_t max_url_bytes = 8192;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

[[noreturn]] void refuse(std::string_view text, std::string_view what) {
    // The part before a query only, and nothing that a terminal would act on.
    std::string shown;
    for (const char c : text.substr(0, std::min<std::size_t>(text.find('?'), 200))) {
        shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
    throw Error(ErrorKind::invalid_input, shown, fmt::format("reading the address \"{}\": {}", shown, what));
}

std::string host_of(std::string_view text, std::string_view host) {
    const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
    if (is_bracketed) host = host.substr(1, host.size() - 2);
    const auto is_fine = [&](char c) {
        return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_' || (is_bracketed && c == ':');
    };
    if (host.empty() || host.size() > 253 || !std::all_of(host.begin(), host.end(), is_fine)) {
        refuse(text, "there is no host in it");
    }
    std::string lower(host);
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return lower;
}

}  // namespace

std::string Url::origin() const {
    return fmt::format("{}{}:{}", is_secure ? secure_scheme : plain_scheme, url_host(host), port);
}

std::string_view Url::path() const { return std::string_view(target).substr(0, target.find('?')); }

std::string Url::shown() const {
    const std::string whole = origin();
    const std::string usual = is_secure ? ":443" : ":80";
    return (whole.ends_with(usual) ? whole.substr(0, whole.size() - usual.size()) : whole) + std::string(path());
}

bool is_url(std::string_view text) { return text.starts_with(plain_scheme) || text.starts_with(secure_scheme); }

Url parse_url(std::string_view text) {
    if (!is_url(text)) refuse(text, "expected http:// or https://");
    const std::size_t begin = text.find("//") + 2;
    if (text.substr(begin, text.find_first_of("/?#", begin) - begin).find('@') != text.npos) {
        refuse("", "a user or password in it: give a token by a file instead");  // and not in this message
    }
    if (text.size() > max_url_bytes) refuse(text, "it is too long");
    const auto is_printable = [](char c) { return c > 0x20 && c < 0x7f; };
    if (!std::all_of(text.begin(), text.end(), is_printable))
        refuse(text, "a blank or a character that must be encoded");
    Url url;
    url.is_secure = text.starts_with(secure_scheme);
    std::string_view rest = text.substr(url.is_secure ? secure_scheme.size() : plain_scheme.size());
    rest = rest.substr(0, rest.find('#'));
    const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, authority_end);
    const std::size_t colon = authority.rfind(':');
    const bool has_port = colon != authority.npos && authority.find(']', colon) == authority.npos;
    url.host = host_of(text, has_port ? authority.substr(0, colon) : authority);
    url.port = url.is_secure ? "443" : "80";
    if (has_port) {
        const std::string_view digits = authority.substr(colon + 1);
        int number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc() || end != digits.data() + digits.size() || number < 1 || number > 65535) {
            refuse(text, "its port is not a number from 1 to 65535");
        }
        url.port = std::to_string(number);
    }
    url.target = std::string(rest.substr(authority_end));
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    return url;
}

Url redirected(const Url& from, std::string_view location) {
    Url to = from;
    if (is_url(location)) {
        to = parse_url(location);
    } else if (location.starts_with("//")) {
        to = parse_url((from.is_secure ? "https:" : "http:") + std::string(location));
    } else if (location.find(':') < location.find_first_of("/?#")) {
        refuse(location, fmt::format("\"{}\" sends there; only http:// and https:// are followed", from.shown()));
    } else {
        const std::string_view path = from.path();
        const std::string folder(location.starts_with('/') ? "" : path.substr(0, path.rfind('/') + 1));
        to.target = parse_url(from.origin() + folder + std::string(location)).target;
    }
    if (from.is_secure && !to.is_secure) {
        refuse(to.shown(), fmt::format("\"{}\" sends there, from https to http", from.shown()));
    }
    return to;
}

std::string encoded(std::string_view name) {
    std::string text;
    for (const char c : name) {
        const bool is_unreserved = is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
        text += is_unreserved ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return text;
}

}  // namespace r1cluster::detail
