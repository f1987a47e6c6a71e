// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "host/agent/ssh_command.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {

namespace asio = boost::asio;
using seconds = std::chrono::duration<double>;

/// One agent, reached through the standard streams of a child process (ssh, or the agent itself). Requests may
/// overlap; each has its deadline. Once the stream has broken, every request fails with the reason.
class Channel {
public:
    Channel(asio::io_context& context, HostSpec host, const HostOptions& options, const AgentBinary& binary);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Starts the child, pushes the agent if the host has none, and waits for its greeting. Throws Error
    /// (unavailable, timed_out) whose message holds what ssh said.
    asio::awaitable<void> open();

    /// Sends a request and waits for the answer. Throws what the agent threw, or Error (unavailable, timed_out).
    asio::awaitable<boost::json::value> call(std::string method, boost::json::value params, seconds timeout);

    /// Fails what waits now with this error; the channel stays usable, so that work can be undone.
    void interrupt(const Error& reason);
    /// Fails everything that waits, now and later.
    void fail(const Error& reason);
    /// True once the agent has said its greeting.
    bool is_greeted() const;
    /// True until the stream breaks, once the agent has said its greeting.
    bool is_usable() const;
    /// Closes the agent's input, which ends it, and the child with it.
    void close();

    const HostSpec& host() const;

private:
    struct State;  // shared with the coroutines that read, which may outlive this object by one turn
    std::shared_ptr<State> state_;
};

}  // namespace r1cluster::detail
