// SPDX-License-Identifier: Apache-2.0
#include "host/guard/token_probe.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>

#include "base/reflect_json.hpp"
#include "host/guard/process_facts.hpp"
#include "host/os/files.hpp"
#include "host/os/result_of.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
constexpr std::uint64_t answer_limit_bytes = 1 << 20;

using protocol::TokenAnswer;
using Request = http::request<http::string_body>;

Request token_request(const Readiness& readiness) {
    Request request{http::verb::post, "/v1/completions", 11};
    request.set(http::field::host, fmt::format("{}:{}", readiness.address, readiness.port));
    request.set(http::field::content_type, "application/json");
    if (!readiness.api_key_file.empty())
        request.set(http::field::authorization, "Bearer " + read_secret(readiness.api_key_file));
    request.body() = json::serialize(
        json::object{{"model", readiness.model}, {"prompt", "1"}, {"max_tokens", 1}, {"temperature", 0}});
    request.prepare_payload();
    return request;
}

/// The generated text, if the body holds a completion.
void judge(TokenAnswer& probe, unsigned status, const std::string& body) {
    if (status != 200) {
        probe.because = fmt::format("HTTP {}: {}", status, body.substr(0, 300));
        return;
    }
    try {
        const json::value answer = parse_json(body, "completion");
        const json::value& first = answer.at("choices").at(0);
        probe.text = std::string(first.at("text").as_string());
        const json::value& used = answer.at("usage").at("completion_tokens");
        probe.is_ready = used.to_number<int>() >= 1;
        if (!probe.is_ready) probe.because = "the completion holds no token";
    } catch (const std::exception& error) {
        probe.because = fmt::format("an answer that is no completion: {}", error.what());
    }
}

}  // namespace

asio::awaitable<TokenAnswer> probe_token(Readiness readiness, double timeout_s) {
    TokenAnswer probe;
    const Request request = token_request(readiness);
    const double begin = monotonic_s();
    beast::tcp_stream stream(co_await asio::this_coro::executor);
    stream.expires_after(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(timeout_s)));
    asio::ip::tcp::resolver resolver(stream.get_executor());
    const auto [unresolved, found] = co_await resolver.async_resolve(
        readiness.address, std::to_string(readiness.port), asio::ip::tcp::resolver::numeric_service, result_of);
    boost::system::error_code error = unresolved;
    if (!error) std::tie(error, std::ignore) = co_await stream.async_connect(found, result_of);
    if (!error) std::tie(error, std::ignore) = co_await http::async_write(stream, request, result_of);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(answer_limit_bytes);
    if (!error) std::tie(error, std::ignore) = co_await http::async_read(stream, buffer, parser, result_of);
    probe.seconds = monotonic_s() - begin;
    if (error) {
        probe.because =
            error == beast::error::timeout ? fmt::format("no answer within {:.0f} s", timeout_s) : error.message();
    } else {
        judge(probe, parser.get().result_int(), parser.get().body());
    }
    co_return probe;
}

}  // namespace r1cluster::detail
