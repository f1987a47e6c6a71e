// SPDX-License-Identifier: Apache-2.0
#include "host/agent/agent.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <deque>

#include "host/agent/frame.hpp"
#include "host/agent/protocol.hpp"
#include "host/os/result_of.hpp"

namespace r1cluster::detail {
namespace {

constexpr auto idle_limit = std::chrono::seconds(30);

class AgentLoop {
public:
    AgentLoop(asio::io_context& context, const Handlers& handlers)
        : context_(context),
          handlers_(handlers),
          input_(context, ::dup(0)),
          output_(context, ::dup(1)),
          queued_(context) {
        // Whatever a library prints must not get between the frames.
        const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        ::dup2(null, 0);
        ::dup2(2, 1);
        ::close(null);
        ::fcntl(input_.native_handle(), F_SETFD, FD_CLOEXEC);
        ::fcntl(output_.native_handle(), F_SETFD, FD_CLOEXEC);
    }

    asio::awaitable<void> run() {
        to_write_.push_back(std::string(agent_greeting) + "\n");
        asio::co_spawn(context_, write_frames(), asio::detached);
        asio::co_spawn(context_, watch_idleness(), asio::detached);
        FrameReader reader;
        std::vector<char> bytes(64 << 10);
        while (true) {
            while (auto body = reader.next_frame()) asio::co_spawn(context_, serve(std::move(*body)), asio::detached);
            const auto [error, size] = co_await input_.async_read_some(asio::buffer(bytes), result_of);
            if (error) break;
            heard_at_ = std::chrono::steady_clock::now();
            reader.append(std::string_view(bytes.data(), size));
        }
        context_.stop();
    }

private:
    /// When a link is cut nothing ends the stream. A controller that has work speaks every second; one that is silent
    /// for so long, with nothing to wait for, is gone.
    asio::awaitable<void> watch_idleness() {
        asio::steady_timer pause(context_);
        while (serving_ > 0 || std::chrono::steady_clock::now() - heard_at_ < idle_limit) {
            pause.expires_after(std::chrono::seconds(1));
            co_await pause.async_wait(result_of);
        }
        context_.stop();
    }

    asio::awaitable<void> serve(std::string body) {
        protocol::ReplyFrame reply;
        ++serving_;
        try {
            auto request = protocol::parse_request(body);
            reply.id = request.id;
            const auto handler = handlers_.find(request.method);
            if (handler == handlers_.end()) {
                throw Error(ErrorKind::invalid_input, request.method,
                            fmt::format("this agent does not know \"{}\"", request.method));
            }
            reply.result = co_await handler->second(std::move(request.params));
        } catch (const Error& error) {
            reply.error = to_wire(error);
        } catch (const std::exception& error) {
            reply.error = to_wire(Error(ErrorKind::internal, "agent", error.what()));
        }
        --serving_;
        heard_at_ = std::chrono::steady_clock::now();
        to_write_.push_back(to_frame(to_body(std::move(reply))));
        queued_.cancel();
    }

    asio::awaitable<void> write_frames() {
        while (true) {
            if (to_write_.empty()) {
                queued_.expires_at(std::chrono::steady_clock::time_point::max());
                co_await queued_.async_wait(result_of);
                continue;
            }
            const std::string frame = std::move(to_write_.front());
            to_write_.pop_front();
            const auto [error, size] = co_await asio::async_write(output_, asio::buffer(frame), result_of);
            if (error) {
                context_.stop();
                co_return;
            }
        }
    }

    asio::io_context& context_;
    const Handlers& handlers_;
    asio::posix::stream_descriptor input_, output_;
    asio::steady_timer queued_;
    std::deque<std::string> to_write_;
    int serving_ = 0;
    std::chrono::steady_clock::time_point heard_at_ = std::chrono::steady_clock::now();
};

}  // namespace

int run_agent(asio::io_context& context, const Handlers& handlers) {
    AgentLoop loop(context, handlers);
    int code = 0;
    asio::co_spawn(context, loop.run(), [&](std::exception_ptr failure) {
        if (failure) code = 3;  // a frame that cannot be: not our controller
        context.stop();
    });
    context.run();
    return code;
}

}  // namespace r1cluster::detail
