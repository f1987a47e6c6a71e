// SPDX-License-Identifier: Apache-2.0
#include "host/guard/api_request.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include "host/guard/process_facts.hpp"
#include "host/os/clock.hpp"
#include "host/os/files.hpp"
#include "host/os/result_of.hpp"

namespace r1cluster::detail {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

ApiRequest api_request(const Readiness& readiness, http::verb verb, const std::string& target) {
    ApiRequest request{verb, target, 11};
    request.set(http::field::host, fmt::format("{}:{}", readiness.address, readiness.port));
    if (!readiness.api_key_file.empty())
        request.set(http::field::authorization, "Bearer " + read_secret(readiness.api_key_file));
    return request;
}

asio::awaitable<ApiAnswer> ask_api(Readiness readiness, ApiRequest request, double timeout_s,
                                   std::uint64_t most_bytes) {
    ApiAnswer answer;
    const double begin = monotonic_s();
    beast::tcp_stream stream(co_await asio::this_coro::executor);
    stream.expires_after(steady_duration(std::chrono::duration<double>(timeout_s)));
    asio::ip::tcp::resolver resolver(stream.get_executor());
    const auto [unresolved, found] = co_await resolver.async_resolve(
        readiness.address, std::to_string(readiness.port), asio::ip::tcp::resolver::numeric_service, result_of);
    boost::system::error_code error = unresolved;
    if (!error) std::tie(error, std::ignore) = co_await stream.async_connect(found, result_of);
    if (!error) std::tie(error, std::ignore) = co_await http::async_write(stream, request, result_of);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(most_bytes);
    if (!error) std::tie(error, std::ignore) = co_await http::async_read(stream, buffer, parser, result_of);
    answer.seconds = monotonic_s() - begin;
    if (error == beast::error::timeout) {
        answer.because = fmt::format("no answer within {:.0f} s", timeout_s);
    } else if (error) {
        answer.because = error.message();
    } else {
        answer.status = parser.get().result_int();
        answer.body = std::move(parser.get().body());
    }
    co_return answer;
}

}  // namespace r1cluster::detail
