// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "host/checkpoint/url.hpp"

namespace r1cluster::detail {

/// Bytes of a file, as Range: bytes=first-last.
struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};

struct HttpAnswer {
    unsigned status = 0;
    std::string body;
    std::optional<ByteRange> range;  ///< of a 206: which bytes the body has
    std::uint64_t total_bytes = 0;   ///< of the whole file, where the server says so
    std::string tag;                 ///< ETag
    Url url;                         ///< that answered, after redirects
};

/// What every request of one checkpoint has in common.
struct HttpAccess {
    std::string token;         ///< empty: none
    std::string token_origin;  ///< of the only server that gets it
    int timeout_s = 30;
    boost::asio::ssl::context* tls = nullptr;
};

/// Certificates of `ca_file`, or where that is empty those that the system trusts. Throws Error.
boost::asio::ssl::context make_tls(const std::string& ca_file);

class HttpConnection;

/// GET, one after the other, over connections that are kept.
class HttpClient {
public:
    explicit HttpClient(const HttpAccess& access);
    ~HttpClient();

    /// Follows redirects. A body of more than `limit_bytes` is refused before it is read, also where the server ignores
    /// `range`. Throws Error (unavailable, timed_out, invalid_input).
    boost::asio::awaitable<HttpAnswer> get(Url url, std::optional<ByteRange> range, std::uint64_t limit_bytes);

private:
    boost::asio::awaitable<HttpAnswer> get_once(const Url& url, const std::optional<ByteRange>& range,
                                                std::uint64_t limit_bytes, std::string& location);

    const HttpAccess& access_;
    std::map<std::string, std::unique_ptr<HttpConnection>> connections_;  ///< by origin
};

}  // namespace r1cluster::detail
