// SPDX-License-Identifier: Apache-2.0
#include "host/guard/guard_socket.hpp"
#include "host/os/result_of.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/serialize.hpp>

namespace r1cluster::detail {

namespace asio = boost::asio;
using protocol::GuardReply;
using protocol::GuardRequest;
using protocol::GuardVerb;
constexpr std::size_t max_request_bytes = 4096;

GuardSocket::GuardSocket(asio::io_context& context, std::string path, std::string generation, Callbacks callbacks)
    : context_(context),
      path_(std::move(path)),
      generation_(std::move(generation)),
      callbacks_(std::move(callbacks)),
      listener_(context) {}

GuardSocket::~GuardSocket() { ::unlink(path_.c_str()); }

void GuardSocket::listen() {
    ::unlink(path_.c_str());
    try {
        listener_.open();
        listener_.bind(asio::local::stream_protocol::endpoint(path_));
        listener_.listen();
    } catch (const boost::system::system_error& error) {
        throw Error(ErrorKind::system, path_,
                    fmt::format("listening on \"{}\": {} (a path of at most 107 bytes is needed)", path_,
                                error.code().message()));
    }
    asio::co_spawn(context_, accept_all(), asio::detached);
}

asio::awaitable<void> GuardSocket::accept_all() {
    asio::steady_timer pause(context_);
    while (true) {
        auto [error, socket] = co_await listener_.async_accept(result_of);
        if (!error) {
            asio::co_spawn(context_, serve(std::make_shared<Socket>(std::move(socket))), asio::detached);
            continue;
        }
        if (!is_passing(error)) co_return;
        unproven_.close_oldest();
        pause.expires_after(accept_pause);
        co_await pause.async_wait(result_of);
    }
}

/// Empty: the connection has ended.
asio::awaitable<std::string> GuardSocket::next_line(std::shared_ptr<Socket> socket, std::string& unread) {
    const auto [error, size] =
        co_await asio::async_read_until(*socket, asio::dynamic_buffer(unread, max_request_bytes), '\n', result_of);
    if (error) co_return std::string();
    std::string line = unread.substr(0, size);
    unread.erase(0, size);
    co_return line;
}

asio::awaitable<void> GuardSocket::serve(std::shared_ptr<Socket> socket) {
    std::string unread;
    bool is_controller = false;
    const auto place = unproven_.enter(socket->native_handle(), [socket] {
        boost::system::error_code ignored;
        socket->close(ignored);
    });
    std::string line = co_await next_line(socket, unread);
    unproven_.leave(place);
    for (; !line.empty(); line = co_await next_line(socket, unread)) {
        line.pop_back();
        const std::string answer = json::serialize(reply_to(line, is_controller)) + "\n";
        const auto [write_error, written] = co_await asio::async_write(*socket, asio::buffer(answer), result_of);
        if (write_error) break;
    }
    if (is_controller) callbacks_.on_controller_left();
}

/// A line that is no JSON is a bare verb, of an agent of release 0.1.0.
json::value GuardSocket::reply_to(const std::string& line, bool& is_controller) const {
    const bool is_bare = !line.starts_with('{');
    GuardReply reply;
    try {
        const auto request =
            is_bare ? GuardRequest{std::nullopt, line, {}} : from_json_leniently<GuardRequest>(line, "request");
        if (request.hello) {
            reply.hello = protocol::hello_of_guard();
            return to_value(reply);
        }
        const auto verb = from_value<GuardVerb>(json::value(request.verb), "verb");
        if (!request.generation.empty() && request.generation != generation_) {
            throw Error(ErrorKind::unavailable, "generation",
                        fmt::format("\"{}\": this guard belongs to another \"up\"", request.verb));
        }
        if (verb == GuardVerb::begin) is_controller = true;
        reply.status = callbacks_.on_verb(verb);
    } catch (const Error& error) {
        reply.error = to_wire(error);
    }
    return is_bare && reply.status ? to_value(*reply.status) : to_value(reply);
}

}  // namespace r1cluster::detail
