// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <string>

#include "host/guard/protocol.hpp"
#include "host/guard/unproven.hpp"

namespace r1cluster::detail {

/// Where agents ask a guard: lines of GuardRequest and GuardReply (host/guard/protocol.hpp). The connection that has
/// said "begin" is the controller's.
class GuardSocket {
public:
    struct Callbacks {
        std::function<HostStatus(protocol::GuardVerb)> on_verb;
        std::function<void()> on_controller_left;
    };

    /// Refuses verbs for another generation than `generation`.
    GuardSocket(boost::asio::io_context& context, std::string path, std::string generation, Callbacks callbacks);
    ~GuardSocket();
    GuardSocket(const GuardSocket&) = delete;
    GuardSocket& operator=(const GuardSocket&) = delete;

    /// Throws Error (system) where the path cannot be a socket's.
    void listen();

private:
    using Socket = boost::asio::local::stream_protocol::socket;
    boost::asio::awaitable<void> accept_all();
    boost::asio::awaitable<void> serve(std::shared_ptr<Socket> socket);
    boost::json::value reply_to(const std::string& line, bool& is_controller) const;
    static boost::asio::awaitable<std::string> next_line(std::shared_ptr<Socket> socket, std::string& unread);

    boost::asio::io_context& context_;
    std::string path_, generation_;
    Callbacks callbacks_;
    boost::asio::local::stream_protocol::acceptor listener_;
    Unproven unproven_;  // that have said nothing yet
};

}  // namespace r1cluster::detail
