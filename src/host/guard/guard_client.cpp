// SPDX-License-Identifier: Apache-2.0
#include "host/guard/guard_client.hpp"
#include "host/os/result_of.hpp"

#include <fmt/format.h>
#include <sys/un.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/serialize.hpp>

namespace r1cluster::detail {

namespace asio = boost::asio;
using unix_socket = asio::local::stream_protocol;
constexpr std::size_t max_status_bytes = 4 << 20;
constexpr double answer_s = 10;

template <class Message>
static std::string line_of(const Message& message) {
    return json::serialize(to_value(message));
}

template <class Message>
static Message answer_of(const std::string& line) {
    try {
        return from_json_leniently<Message>(line, "guard");
    } catch (const Error& error) {
        throw GuardUnusable(error.kind(), error.subject(), error.what());
    }
}

struct GuardClient::Connection : std::enable_shared_from_this<GuardClient::Connection> {
    explicit Connection(asio::io_context& context)
        : socket(context), free(context, std::chrono::steady_clock::time_point::max()) {}

    /// A line for a line, one question at a time; nullopt: the guard has gone. Throws GuardUnusable after answer_s.
    asio::awaitable<std::optional<std::string>> exchange(std::string line) {
        while (is_busy) co_await free.async_wait(result_of);
        is_busy = true;
        line += '\n';
        asio::steady_timer deadline(socket.get_executor(), std::chrono::duration_cast<std::chrono::nanoseconds>(
                                                               std::chrono::duration<double>(answer_s)));
        deadline.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
            if (cancelled) return;
            self->is_late = true;
            boost::system::error_code ignored;
            self->socket.close(ignored);
        });
        auto [error, size] = co_await asio::async_write(socket, asio::buffer(line), result_of);
        if (!error) {
            std::tie(error, size) = co_await asio::async_read_until(
                socket, asio::dynamic_buffer(unread, max_status_bytes), '\n', result_of);
        }
        deadline.cancel();
        is_busy = false;
        free.cancel();
        if (is_late) {
            throw GuardUnusable(ErrorKind::timed_out, "guard",
                                fmt::format("the guard did not answer within {:.0f} s", answer_s));
        }
        if (error) co_return std::nullopt;
        std::string answer = unread.substr(0, size - 1);
        unread.erase(0, size);
        co_return answer;
    }

    unix_socket::socket socket;
    std::string unread;
    bool is_busy = false;
    bool is_late = false;     // the guard did not answer in time: the connection is closed
    bool says_hello = false;  // else a guard of release 0.1.0, which takes bare verbs
    asio::steady_timer free;  // never expires; cancelled when the running question has its answer
};

GuardClient::GuardClient(asio::io_context& context) : context_(context) {}
GuardClient::~GuardClient() = default;

asio::awaitable<std::shared_ptr<GuardClient::Connection>> GuardClient::connect(std::string path) {
    auto fresh = std::make_shared<Connection>(context_);
    if (path.size() >= sizeof(sockaddr_un::sun_path)) co_return nullptr;  // an endpoint would throw it
    const unix_socket::endpoint guard(path);
    const auto [error] = co_await fresh->socket.async_connect(guard, result_of);
    if (error) co_return nullptr;
    const protocol::Speaker ours{"this agent", protocol::hello_of_guard()};
    std::string hello = line_of(protocol::GuardRequest{ours.hello, {}, {}});
    const auto answer = co_await fresh->exchange(std::move(hello));
    if (!answer) co_return nullptr;
    const auto reply = answer_of<protocol::GuardReply>(*answer);
    fresh->says_hello = reply.hello.has_value();
    const protocol::Speaker theirs{"the guard of this deployment", reply.hello.value_or(protocol::Hello())};
    try {
        protocol::require_common_protocol(path, ours, theirs, "use the r1cluster that started the deployment");
    } catch (const Error& unspoken) {
        throw GuardUnusable(unspoken.kind(), unspoken.subject(), unspoken.what());
    }
    co_return fresh;
}

asio::awaitable<std::optional<HostStatus>> GuardClient::ask(JobFolder folder, protocol::GuardVerb verb,
                                                            std::string generation) {
    const std::string path = folder.file("guard.sock");
    if (!connections_[path]) {
        auto fresh = co_await connect(path);
        if (!connections_[path]) connections_[path] = std::move(fresh);
    }
    const std::shared_ptr<Connection> connection = connections_[path];
    if (!connection) co_return std::nullopt;
    const std::string word(to_text(verb));
    std::string line = connection->says_hello ? line_of(protocol::GuardRequest{std::nullopt, word, generation}) : word;
    std::optional<std::string> answer;
    std::optional<GuardUnusable> failure;
    try {
        answer = co_await connection->exchange(std::move(line));
    } catch (const GuardUnusable& unusable) {
        failure = unusable;
    }
    if (!answer && connections_[path] == connection) connections_.erase(path);
    if (failure) throw *failure;
    if (!answer) co_return std::nullopt;
    if (!connection->says_hello) co_return answer_of<HostStatus>(*answer);
    const auto reply = answer_of<protocol::GuardReply>(*answer);
    if (reply.error) throw from_wire(*reply.error, "guard");
    if (!reply.status) {
        throw GuardUnusable(ErrorKind::internal, path,
                            "asking the guard for \"" + word + "\": no status in its answer");
    }
    co_return *reply.status;
}

}  // namespace r1cluster::detail
