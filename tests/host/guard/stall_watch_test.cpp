// SPDX-License-Identifier: Apache-2.0
// An engine that serves and does not generate is named, and one that works is not.
#include "host/guard/stall_watch.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "engine/registry/registry.hpp"
#include "host/guard/guarded.hpp"
#include "host/os/result_of.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;
using asio::ip::tcp;

namespace {

/// An engine's API on a port of its own, in a thread of its own.
class Api {
public:
    Api() : listener_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        readiness.host = "node0";
        readiness.address = "127.0.0.1";
        readiness.port = listener_.local_endpoint().port();
        readiness.model = "r1";
        asio::co_spawn(context_, accept(), asio::detached);
        thread_ = std::thread([this] { context_.run(); });
    }
    ~Api() {
        context_.stop();
        thread_.join();
    }

    Readiness readiness;
    std::atomic<bool> generates = true;    ///< else a completion is never answered
    std::atomic<bool> works = false;       ///< at other requests: each look at the metrics sees other ones
    std::atomic<bool> has_metrics = true;  ///< of the engine
    std::atomic<int> asked = 0;            ///< for tokens

private:
    asio::awaitable<void> accept() {
        while (true) {
            auto [error, socket] = co_await listener_.async_accept(result_of);
            if (!error) asio::co_spawn(context_, serve(std::move(socket)), asio::detached);
        }
    }
    asio::awaitable<void> serve(tcp::socket socket) {
        std::string request;
        co_await asio::async_read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", result_of);
        std::string body = R"({"choices":[{"text":" 2"}],"usage":{"completion_tokens":1}})";
        if (request.starts_with("GET /metrics ")) {
            body = "http_requests_total 5\n";
            if (works) ++steps_;
            if (has_metrics) body += "vllm:generation_tokens_total{engine=\"0\"} " + std::to_string(steps_) + "\n";
        } else {
            ++asked;
            if (generates) ++steps_;
            asio::steady_timer forever(context_, std::chrono::steady_clock::time_point::max());
            if (!generates) co_await forever.async_wait(result_of);
        }
        const std::string answer =
            "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        co_await asio::async_write(socket, asio::buffer(answer), result_of);
    }

    asio::io_context context_;
    tcp::acceptor listener_;
    std::thread thread_;
    int steps_ = 0;
};

/// What so many looks at the engine say; true: it stalls. `after` is called with the number of looks so far.
std::vector<bool> looks_at(const Readiness& readiness, std::size_t count,
                           const std::function<void(std::size_t)>& after = {}) {
    asio::io_context context;
    std::vector<bool> looks;
    StallWatch watch({readiness, find_engine("vllm")->launch->progress_of_metrics}, {0.05, 5, 0.5},
                     {[] { return std::vector<RankActivity>(); },
                      [&](const std::optional<Stall>& stall) {
                          looks.push_back(stall.has_value());
                          if (after) after(looks.size());
                          if (looks.size() == count) context.stop();
                      }});
    asio::co_spawn(context, watch.run(), asio::detached);
    context.run();
    return looks;
}
std::vector<bool> looks_at(const Api& api, std::size_t count, const std::function<void(std::size_t)>& after = {}) {
    return looks_at(api.readiness, count, after);
}

}  // namespace

TEST_CASE("an idle engine that generates when it is asked does not stall", "[host/guard]") {
    Api api;
    CHECK(looks_at(api, 6) == std::vector<bool>(6, false));
    CHECK(api.asked > 0);
}

TEST_CASE("an engine whose metrics change is not asked for a token, however long one would take", "[host/guard]") {
    Api api;
    api.works = true;
    api.generates = false;
    CHECK(looks_at(api, 6) == std::vector<bool>(6, false));
    CHECK(api.asked == 0);
}

TEST_CASE("an engine whose metrics stand still and that gives no token stalls", "[host/guard]") {
    Api api;
    api.generates = false;
    CHECK(looks_at(api, 4) == std::vector<bool>{false, true, true, true});
}

TEST_CASE("an engine that works again does not stall any more", "[host/guard]") {
    Api api;
    api.generates = false;
    CHECK(looks_at(api, 4, [&](std::size_t looks) { api.works = looks == 2; }) ==
          std::vector<bool>{false, true, false, true});
}

TEST_CASE("an API that does not answer at all stalls", "[host/guard]") {
    Readiness nobody;
    nobody.host = "node0";
    nobody.address = "127.0.0.1";
    nobody.port = free_port();
    CHECK(looks_at(nobody, 2) == std::vector<bool>{true, true});
}

TEST_CASE("an engine without metrics of its own is not judged", "[host/guard]") {
    Api api;
    api.has_metrics = false;
    api.generates = false;
    CHECK(looks_at(api, 4) == std::vector<bool>(4, false));
    CHECK(api.asked == 0);
}

TEST_CASE("an engine that hangs is named within 30 seconds, with the rank that keeps it", "[host/guard]") {
    Api api;
    Guarded deployment({{"rank", "0", "2", "spin"}, {"rank", "1", "2"}});
    deployment.plan.readiness = api.readiness;
    deployment.serve();
    const auto stalls = [](const DeploymentStatus& now) { return now.stall.has_value(); };
    // Idle, and asked for a token now and then.
    std::this_thread::sleep_for(std::chrono::seconds(16));
    CHECK(!deployment.look().stall);
    CHECK(api.asked > 0);
    api.generates = false;
    const DeploymentStatus status = deployment.look_until(stalls);
    REQUIRE(status.stall);
    CHECK(status.phase == Phase::ready);
    CHECK(status.stall->host == "node1");
    CHECK(status.stall->rank == 1);
    CHECK(status.stall->pid == status.hosts[1].ranks[0].pid);
    CHECK(status.stall->seconds < 30);
    CHECK_THAT(show(status),
               StartsWith("no token for ") && ContainsSubstring("guarded: ready before, and stalled now"));
    api.generates = true;
    CHECK(!deployment.look_until(std::not_fn(stalls)).stall);
}
