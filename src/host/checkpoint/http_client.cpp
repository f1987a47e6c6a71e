// SPDX-License-Identifier: Apache-2.0
#include "host/checkpoint/http_client.hpp"

#include <fmt/format.h>

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <charconv>

#include "host/checkpoint/http_connection.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/base/version.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr int max_redirects = 5;
constexpr std::size_t max_open_connections = 4;  // a hub, and what it redirects to
constexpr std::uint32_t response_header_limit_bytes = 64 << 10;
constexpr std::uint64_t other_body_limit_bytes = 64 << 10;  // of an error or a redirect; nobody looks at it
constexpr std::uint64_t least_bytes_per_s = 100'000;        // below, a server is as good as silent

bool is_redirect(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

[[noreturn]] void refuse(const Url& url, const std::string& what) {
    throw Error(ErrorKind::unavailable, url.host, fmt::format("asking \"{}\": {}", url.shown(), what));
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take(std::string_view& text, std::string_view expected) {
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    return true;
}

/// "bytes 0-7/4220" into the answer (RFC 9110, 14.4). False where it is anything else, "bytes 0-7/*" included.
bool read_content_range(std::string_view text, HttpAnswer& answer) {
    if (!take(text, "bytes ")) return false;
    const auto first = take_number(text);
    if (!first || !take(text, "-")) return false;
    const auto last = take_number(text);
    if (!last || !take(text, "/")) return false;
    const auto total = take_number(text);
    if (!total || !text.empty() || *first > *last || *last >= *total) return false;
    answer.range = ByteRange{*first, *last};
    answer.total_bytes = *total;
    return true;
}

std::string text_of(const HttpParser& parser, http::field field) {
    const auto value = parser.get()[field];
    return {value.data(), value.size()};
}

/// Throws for what makes the body not worth reading.
void check_header(const Url& url, const HttpParser& parser, const std::optional<ByteRange>& range,
                  std::uint64_t limit_bytes, HttpAnswer& answer) {
    answer.status = parser.get().result_int();
    answer.tag = text_of(parser, http::field::etag);
    const std::string encoding = text_of(parser, http::field::content_encoding);
    if (!encoding.empty() && encoding != "identity") {
        refuse(url, fmt::format("it answers with Content-Encoding \"{}\", though it was asked for none", encoding));
    }
    if (answer.status == 206 && (!range || !read_content_range(text_of(parser, http::field::content_range), answer))) {
        refuse(url, fmt::format("HTTP 206 with Content-Range \"{}\"; expected \"bytes FIRST-LAST/SIZE\"",
                                text_of(parser, http::field::content_range).substr(0, 100)));
    }
    if (answer.status == 416 && text_of(parser, http::field::content_range).starts_with("bytes */")) {
        refuse(url, "it has no such bytes: the file is shorter than it said before, or empty");
    }
    const auto length = parser.content_length();
    if (answer.status == 200 && range && (!length || *length > limit_bytes)) {
        refuse(url,
               fmt::format("the server ignores Range and would send the whole file{}; expected HTTP 206 with the {} "
                           "bytes that were asked for",
                           length ? fmt::format(" of {}", format_bytes(*length)) : "", range->last - range->first + 1));
    }
    if (answer.status < 300 && length && *length > limit_bytes) {
        refuse(url, fmt::format("{} bytes, more than {}", format_count(*length), format_count(limit_bytes)));
    }
}

}  // namespace

HttpClient::HttpClient(const HttpAccess& access) : access_(access) {}
HttpClient::~HttpClient() = default;

asio::awaitable<HttpAnswer> HttpClient::get(Url url, std::optional<ByteRange> range, std::uint64_t limit_bytes) {
    for (int redirects = 0;; ++redirects) {
        std::string location;
        HttpAnswer answer = co_await get_once(url, range, limit_bytes, location);
        if (!is_redirect(answer.status)) co_return answer;
        if (location.empty()) refuse(url, fmt::format("HTTP {} without a Location", answer.status));
        if (redirects == max_redirects) refuse(url, fmt::format("more than {} redirects", max_redirects));
        url = redirected(url, location);
    }
}

asio::awaitable<HttpAnswer> HttpClient::get_once(const Url& url, const std::optional<ByteRange>& range,
                                                 std::uint64_t limit_bytes, std::string& location) {
    HttpRequest request{http::verb::get, url.target, 11};
    const bool is_usual = url.port == (url.is_secure ? "443" : "80");
    const std::string host = url.origin().substr(url.origin().find("//") + 2);
    request.set(http::field::host, is_usual ? host.substr(0, host.rfind(':')) : host);
    request.set(http::field::user_agent, fmt::format("r1cluster/{}", library_version()));
    request.set(http::field::accept_encoding, "identity");
    if (range) request.set(http::field::range, fmt::format("bytes={}-{}", range->first, range->last));
    if (!access_.token.empty() && url.origin() == access_.token_origin) {
        request.set(http::field::authorization, "Bearer " + access_.token);
    }
    const std::uint64_t expected_bytes = range ? range->last - range->first + 1 : limit_bytes;
    const Deadline deadline = std::chrono::steady_clock::now() + std::chrono::seconds(access_.timeout_s) +
                              std::chrono::seconds(expected_bytes / least_bytes_per_s);

    for (bool is_again = false;; is_again = true) {
        if (connections_.size() >= max_open_connections && !connections_.contains(url.origin())) connections_.clear();
        std::unique_ptr<HttpConnection>& kept = connections_[url.origin()];
        if (!kept) kept = co_await open_connection(url, access_, deadline);
        const bool is_reused = kept->has_answered;
        kept->expires_at(deadline);
        HttpParser parser;
        parser.header_limit(response_header_limit_bytes);
        parser.body_limit(boost::none);  // check_header() says better what is too long
        error_code error = co_await kept->send(request);
        if (!error) error = co_await kept->read_header(parser);
        if (error && is_reused && !is_again && !parser.got_some()) {
            kept.reset();  // closed by the server while it was idle
            continue;
        }
        if (error) {
            kept.reset();
            fail_at(url, error, access_.timeout_s);
        }
        HttpAnswer answer;
        answer.url = url;
        try {
            check_header(url, parser, range, limit_bytes, answer);
        } catch (const Error&) {
            kept.reset();  // its body is still on the way
            throw;
        }
        location = text_of(parser, http::field::location);
        const bool is_content = answer.status < 300;
        parser.body_limit(is_content ? limit_bytes : other_body_limit_bytes);
        if (is_content || parser.content_length().value_or(0) <= other_body_limit_bytes) {
            error = co_await kept->read_body(parser);
        } else {
            error = http::error::body_limit;
        }
        if (error || !parser.keep_alive()) kept.reset();
        if (error && is_content) fail_at(url, error, access_.timeout_s);
        if (kept) kept->has_answered = true;
        answer.body = std::move(parser.get().body());
        if (answer.range && answer.body.size() != answer.range->last - answer.range->first + 1) {
            refuse(url, "a body that is not as long as its Content-Range says");
        }
        co_return answer;
    }
}

}  // namespace r1cluster::detail
