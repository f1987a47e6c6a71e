// SPDX-License-Identifier: Apache-2.0
#include "host/guard/token_probe.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>

#include "host/os/result_of.hpp"
#include "support/catch.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// An engine that gives one answer; an empty one never comes.
class OneAnswer {
public:
    explicit OneAnswer(std::string answer)
        : answer_(std::move(answer)), listener_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        readiness.address = "127.0.0.1";
        readiness.port = listener_.local_endpoint().port();
        readiness.model = "r1";
    }

    protocol::TokenAnswer probe(double timeout_s = 60) {
        asio::co_spawn(context_, serve(), asio::detached);
        protocol::TokenAnswer result;
        asio::co_spawn(context_, probe_token(readiness, timeout_s),
                       [&](std::exception_ptr, protocol::TokenAnswer probed) {
                           result = std::move(probed);
                           context_.stop();
                       });
        context_.run();
        return result;
    }

    Readiness readiness;
    std::string request;

private:
    asio::awaitable<void> serve() {
        auto [error, socket] = co_await listener_.async_accept(result_of);
        if (error) co_return;
        const auto [read_error, size] =
            co_await asio::async_read_until(socket, asio::dynamic_buffer(request), "}", result_of);
        if (read_error) co_return;
        if (answer_.empty()) {
            asio::steady_timer forever(context_, std::chrono::steady_clock::time_point::max());
            co_await forever.async_wait(result_of);
        }
        co_await asio::async_write(socket, asio::buffer(answer_), result_of);
    }

    std::string answer_;
    asio::io_context context_;
    tcp::acceptor listener_;
};

std::string http(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("a generated token is ready", "[host/guard]") {
    OneAnswer engine(http("200 OK", R"({"choices":[{"text":" 2"}],"usage":{"completion_tokens":1}})"));
    const protocol::TokenAnswer probe = engine.probe();
    CHECK(probe.because == "");
    CHECK(probe.is_ready);
    CHECK(probe.text == " 2");
    CHECK_THAT(engine.request, StartsWith("POST /v1/completions HTTP/1.1\r\n"));
    CHECK_THAT(engine.request, ContainsSubstring(R"({"model":"r1","prompt":"1","max_tokens":1,"temperature":0})"));
}

TEST_CASE("the key of the API is sent with the request", "[host/guard]") {
    const ScratchFolder folder;
    OneAnswer engine(http("401 Unauthorized", "no"));
    engine.readiness.api_key_file = folder.write("key", "sesame\n");
    std::filesystem::permissions(engine.readiness.api_key_file, std::filesystem::perms(0600));
    CHECK(engine.probe().because == "HTTP 401: no");
    CHECK_THAT(engine.request, ContainsSubstring("Authorization: Bearer sesame\r\n"));
}

TEST_CASE("an answer that holds no token is not ready", "[host/guard]") {
    CHECK(OneAnswer(http("503 Service Unavailable", "loading")).probe().because == "HTTP 503: loading");
    CHECK(OneAnswer(http("200 OK", R"({"choices":[{"text":""}],"usage":{"completion_tokens":0}})")).probe().because ==
          "the completion holds no token");
    for (const char* body :
         {"{}", "OK", R"({"choices":[]})", R"({"choices":[{"text":1}]})", R"({"choices":[{"text":"x"}]})"}) {
        CAPTURE(body);
        const protocol::TokenAnswer probe = OneAnswer(http("200 OK", body)).probe();
        CHECK(!probe.is_ready);
        CHECK_THAT(probe.because, StartsWith("an answer that is no completion: "));
    }
}

TEST_CASE("what is no HTTP, or more than is bearable, is not ready", "[host/guard]") {
    CHECK(!OneAnswer("SSH-2.0-OpenSSH_9.2\r\n\r\n").probe().is_ready);
    const protocol::TokenAnswer probe = OneAnswer(http("200 OK", std::string(2 << 20, ' '))).probe();
    CHECK(!probe.is_ready);
    CHECK(probe.because == "body limit exceeded");
}

TEST_CASE("an engine that accepts and says nothing is waited for no longer than was set", "[host/guard]") {
    const protocol::TokenAnswer probe = OneAnswer("").probe(1);
    CHECK(!probe.is_ready);
    CHECK(probe.because == "no answer within 1 s");
}

TEST_CASE("a port on which nobody listens refuses", "[host/guard]") {
    asio::io_context context;
    Readiness readiness;
    {
        tcp::acceptor free_port(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        readiness.port = free_port.local_endpoint().port();
    }
    readiness.address = "127.0.0.1";
    protocol::TokenAnswer result;
    asio::co_spawn(context, probe_token(readiness, 60),
                   [&](std::exception_ptr, protocol::TokenAnswer probed) { result = std::move(probed); });
    context.run();
    CHECK(result.because == "Connection refused");
}
