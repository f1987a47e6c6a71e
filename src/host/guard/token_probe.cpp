// SPDX-License-Identifier: Apache-2.0
#include "host/guard/token_probe.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "base/reflect_json.hpp"
#include "host/guard/api_request.hpp"

namespace r1cluster::detail {
namespace {

namespace http = boost::beast::http;
using protocol::TokenAnswer;
constexpr std::uint64_t most_bytes = 1 << 20;

ApiRequest token_request(const Readiness& readiness) {
    ApiRequest request = api_request(readiness, http::verb::post, "/v1/completions");
    request.set(http::field::content_type, "application/json");
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

boost::asio::awaitable<TokenAnswer> probe_token(Readiness readiness, double timeout_s) {
    const ApiAnswer answer = co_await ask_api(readiness, token_request(readiness), timeout_s, most_bytes);
    TokenAnswer probe;
    probe.seconds = answer.seconds;
    probe.because = answer.because;
    probe.has_answered = answer.status != 0;
    if (probe.has_answered) judge(probe, answer.status, answer.body);
    co_return probe;
}

}  // namespace r1cluster::detail
