// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <string>

namespace r1cluster::detail {

namespace asio = boost::asio;

/// What an agent can be asked, by method name. A handler throws Error for what it cannot do.
using Handler = std::function<asio::awaitable<boost::json::value>(boost::json::value params)>;
using Handlers = std::map<std::string, Handler>;

/// The string of that name in the `params` of a request.
inline std::string text_of(const boost::json::value& params, const char* name) {
    return std::string(params.at(name).as_string());
}

/// Answers requests from file descriptor 0 on descriptor 1 until the input ends, which is how an agent learns that
/// its controller is gone. Requests run side by side on this one thread. Returns the exit code.
int run_agent(asio::io_context& context, const Handlers& handlers);

/// hello, clock, read, checkpoint, bind, listen, connect.
void add_read_handlers(asio::io_context& context, Handlers& handlers);

}  // namespace r1cluster::detail
