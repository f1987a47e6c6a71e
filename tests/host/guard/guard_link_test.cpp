// SPDX-License-Identifier: Apache-2.0
#include "host/guard/guard_link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include "host/guard/guarded.hpp"
#include "host/guard/protocol.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;

namespace {

constexpr auto token = "of this job";

LaunchPlan two_hosts() {
    LaunchPlan plan;
    plan.guard_port = free_port();
    for (const char* host : {"node0", "node1"}) {
        HostLaunch& launch = plan.hosts.emplace_back();
        launch.host = host;
        launch.address = "127.0.0.1";
    }
    return plan;
}

/// A connection of node1's guard to the head's, which has read the head's hello.
struct Caller {
    explicit Caller(asio::io_context& context) : line(std::make_shared<PeerLine>(asio::ip::tcp::socket(context))) {}

    asio::awaitable<void> call(int port) {
        const asio::ip::tcp::endpoint head(asio::ip::address_v4::loopback(), static_cast<unsigned short>(port));
        co_await line->socket.async_connect(head, asio::use_awaitable);
        line->write(protocol::PeerHello{"nonce", protocol::hello_of_guard()});
        hello = co_await line->read<protocol::PeerHello>();
    }
    void prove() { line->write(protocol::PeerProof{"node1", hmac_hex(token, hello.nonce + " node1")}); }
    /// Until the head has proven itself in turn, and greets.
    asio::awaitable<void> be_greeted() {
        co_await line->read<protocol::PeerProof>();
        co_await line->next();
    }

    std::shared_ptr<PeerLine> line;
    protocol::PeerHello hello;
};

/// The head's end of a link, and what it says of node1.
struct Head {
    Head() {
        link.start();
        asio::co_spawn(
            context,
            [this]() -> asio::awaitable<void> {
                asio::steady_timer limit(context, std::chrono::seconds(patience_s));
                co_await limit.async_wait(asio::use_awaitable);
                context.stop();
            },
            asio::detached);
    }
    void run(asio::awaitable<void> story) {
        asio::co_spawn(context, std::move(story), [this](std::exception_ptr failure) {
            context.stop();
            if (failure) std::rethrow_exception(failure);
        });
        context.run();
    }
    asio::awaitable<void> until_lost() {
        asio::steady_timer pause(context);
        while (lost == 0) {
            pause.expires_after(std::chrono::milliseconds(10));
            co_await pause.async_wait(asio::use_awaitable);
        }
    }

    asio::io_context context;
    LaunchPlan plan = two_hosts();
    int lost = 0;
    GuardLink link{context, plan, "node0", token,
                   GuardLink::Callbacks{.on_lost = [this](const std::string&) { ++lost; }}};
};

}  // namespace

TEST_CASE("a connection that a guard gave up does not take the place of its next one", "[host/guard]") {
    Head head;
    head.run([](Head& to) -> asio::awaitable<void> {
        Caller given_up(to.context), live(to.context);
        co_await given_up.call(to.plan.guard_port);
        co_await live.call(to.plan.guard_port);
        live.prove();
        co_await live.be_greeted();
        given_up.prove();
        co_await given_up.line->read<protocol::PeerProof>();
        const std::string end = co_await given_up.line->next();
        CHECK(end.empty());
        CHECK(to.lost == 0);
        const std::string beat = co_await live.line->next();
        CHECK(!beat.empty());  // is still told that the head lives
        live.line->close();
        co_await to.until_lost();
    }(head));
    CHECK(head.lost == 1);
}

TEST_CASE("a guard that connects again is heard by its new connection", "[host/guard]") {
    Head head;
    head.run([](Head& to) -> asio::awaitable<void> {
        Caller first(to.context), second(to.context);
        co_await first.call(to.plan.guard_port);
        first.prove();
        co_await first.be_greeted();
        co_await second.call(to.plan.guard_port);
        second.prove();
        co_await second.be_greeted();
        while (!(co_await first.line->next()).empty()) {
        }
        CHECK(to.lost == 0);
        second.line->close();
        co_await to.until_lost();
    }(head));
    CHECK(head.lost == 1);
}
