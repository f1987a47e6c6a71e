// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <memory>

#include "host/checkpoint/http_client.hpp"

namespace r1cluster::detail {

using HttpRequest = boost::beast::http::request<boost::beast::http::empty_body>;
using HttpParser = boost::beast::http::response_parser<boost::beast::http::string_body>;
using Deadline = std::chrono::steady_clock::time_point;

/// One connection to one server, plain or by TLS. Every wait ends at the deadline that was set last.
class HttpConnection {
public:
    virtual ~HttpConnection() = default;
    HttpConnection() = default;
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    virtual void expires_at(Deadline deadline) = 0;
    virtual boost::asio::awaitable<boost::system::error_code> send(const HttpRequest& request) = 0;
    virtual boost::asio::awaitable<boost::system::error_code> read_header(HttpParser& parser) = 0;
    virtual boost::asio::awaitable<boost::system::error_code> read_body(HttpParser& parser) = 0;

    bool has_answered = false;  ///< before: then the server may have closed it since
};

/// Connects, and for https checks the certificate against the host's name. Throws Error.
boost::asio::awaitable<std::unique_ptr<HttpConnection>> open_connection(const Url& url, const HttpAccess& access,
                                                                        Deadline deadline);

/// The Error for what went wrong with the server of `url`.
[[noreturn]] void fail_at(const Url& url, const boost::system::error_code& error, int timeout_s);

}  // namespace r1cluster::detail
