// SPDX-License-Identifier: Apache-2.0
#include "host/guard/guard_client.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "launch/describe.hpp"

namespace r1cluster::detail {

namespace asio = boost::asio;
using unix_socket = asio::local::stream_protocol;
constexpr auto result_of = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t max_status_bytes = 4 << 20;

struct GuardClient::Connection {
    explicit Connection(asio::io_context& context)
        : socket(context), free(context, std::chrono::steady_clock::time_point::max()) {}

    asio::awaitable<boost::system::error_code> connect(std::string path) {
        if (path.size() >= sizeof(sockaddr_un::sun_path))
            co_return asio::error::name_too_long;  // an endpoint would throw it
        const unix_socket::endpoint guard(path);
        const auto [error] = co_await socket.async_connect(guard, result_of);
        co_return error;
    }

    unix_socket::socket socket;
    std::string unread;
    bool is_busy = false;
    asio::steady_timer free;  // never expires; cancelled when the running question has its answer
};

GuardClient::GuardClient(asio::io_context& context) : context_(context) {}
GuardClient::~GuardClient() = default;

asio::awaitable<HostStatus> GuardClient::ask(JobFolder folder, protocol::GuardVerb verb) {
    const std::string path = folder.file("guard.sock");
    auto& slot = connections_[path];
    boost::system::error_code error;
    if (!slot) {
        auto fresh = std::make_shared<Connection>(context_);
        error = co_await fresh->connect(path);
        if (error)
            throw Error(ErrorKind::unavailable, path,
                        fmt::format("asking the guard at \"{}\": {}", path, error.message()));
        if (!slot) slot = fresh;
    }
    const std::shared_ptr<Connection> connection = slot;
    while (connection->is_busy) co_await connection->free.async_wait(result_of);
    connection->is_busy = true;
    const std::string line = std::string(to_text(verb)) + "\n";
    std::size_t size = 0;
    std::tie(error, size) = co_await asio::async_write(connection->socket, asio::buffer(line), result_of);
    if (!error) {
        std::tie(error, size) = co_await asio::async_read_until(
            connection->socket, asio::dynamic_buffer(connection->unread, max_status_bytes), '\n', result_of);
    }
    connection->is_busy = false;
    connection->free.cancel();
    if (error) {
        connections_.erase(path);
        throw Error(ErrorKind::unavailable, path, fmt::format("asking the guard at \"{}\": {}", path, error.message()));
    }
    const std::string answer = connection->unread.substr(0, size - 1);
    connection->unread.erase(0, size);
    co_return from_value<HostStatus>(parse_json(answer, "guard"), "guard");
}

}  // namespace r1cluster::detail
