// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <string>

#include "base/reflect_json.hpp"

namespace r1cluster::detail {

namespace asio = boost::asio;

/// What an agent can be asked, by method name. A handler throws Error for what it cannot do.
using Handler = std::function<asio::awaitable<boost::json::value>(boost::json::value params)>;
using Handlers = std::map<std::string, Handler>;

/// Adds the handler of one method: `answer` takes the Request and returns an awaitable of its Reply.
template <class Request, class Answer>
void add_handler(Handlers& handlers, Answer answer) {
    handlers[Request::method] = [answer](boost::json::value params) -> asio::awaitable<boost::json::value> {
        Request request = from_value<Request>(params, Request::method);
        const typename Request::Reply reply = co_await answer(std::move(request));
        co_return to_value(reply);
    };
}

/// Answers requests from file descriptor 0 on descriptor 1 until the input ends, which is how an agent learns that
/// its controller is gone. Requests run side by side on this one thread. Returns the exit code.
int run_agent(asio::io_context& context, const Handlers& handlers);

/// The methods of host/agent/protocol.hpp.
void add_read_handlers(asio::io_context& context, Handlers& handlers);

}  // namespace r1cluster::detail
