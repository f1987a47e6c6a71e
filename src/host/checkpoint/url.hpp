// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace r1cluster::detail {

/// http:// or https://, split; no user, no fragment. Boost.URL is a library to link, and only from 1.81 on.
struct Url {
    bool is_secure = false;
    std::string host;    ///< lower case; an IPv6 address without its brackets
    std::string port;    ///< "443" where none was given
    std::string target;  ///< path and query as they stand, from "/" on
    bool operator==(const Url&) const = default;

    /// "https://host:port", by which connections and tokens are kept apart.
    std::string origin() const;
    /// For messages: without the query, which may hold a signature.
    std::string shown() const;
    std::string_view path() const;
};

bool is_url(std::string_view text);

/// Throws Error (invalid_input).
Url parse_url(std::string_view text);

/// Where a redirect leads. Throws Error (invalid_input) for what is not http or https, and from https to http.
Url redirected(const Url& from, std::string_view location);

/// A plain file name as part of a path: percent-encoded.
std::string encoded(std::string_view name);

}  // namespace r1cluster::detail
