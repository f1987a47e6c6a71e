// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <string>

#include "r1cluster/launch/launch_plan.hpp"

namespace r1cluster::detail {

using ApiRequest = boost::beast::http::request<boost::beast::http::string_body>;

/// What the engine's API answered.
struct ApiAnswer {
    unsigned status = 0;  ///< of HTTP; 0: no answer
    std::string body;
    std::string because;  ///< why there is no answer: "Connection refused", "no answer within 12 s"
    double seconds = 0;   ///< from the request to the whole answer, or to the end of the attempt
};

/// A request to the engine on this host, with its key where it has one. Throws Error where the key cannot be read.
ApiRequest api_request(const Readiness& readiness, boost::beast::http::verb verb, const std::string& target);

/// One request, on a connection of its own. A body of more than `most_bytes` is no answer.
boost::asio::awaitable<ApiAnswer> ask_api(Readiness readiness, ApiRequest request, double timeout_s,
                                          std::uint64_t most_bytes);

}  // namespace r1cluster::detail
