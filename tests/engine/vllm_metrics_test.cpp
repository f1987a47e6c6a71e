// SPDX-License-Identifier: Apache-2.0
#include "engine/vllm/parts.hpp"
#include "support/catch.hpp"

using r1cluster::detail::vllm::progress_of_metrics;

TEST_CASE("metrics of vLLM differ when the engine has worked, and only then", "[engine]") {
    const std::string idle =
        "# HELP vllm:num_requests_running Number of requests in model execution batches.\n"
        "vllm:num_requests_running{engine=\"0\",model_name=\"r1\"} 1.0\n"
        "vllm:kv_cache_usage_perc{engine=\"0\",model_name=\"r1\"} 0.25\n"
        "vllm:generation_tokens_total{engine=\"0\",model_name=\"r1\"} 12.0\n"
        "vllm:generation_tokens_created{engine=\"0\",model_name=\"r1\"} 1.7e+09\n";
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string text = idle;
        return text.replace(text.find(from), from.size(), to);
    };
    REQUIRE(progress_of_metrics(idle));
    CHECK(progress_of_metrics(idle) == progress_of_metrics(idle + "http_requests_total{method=\"POST\"} 7.0\n"));
    CHECK(progress_of_metrics(idle) == progress_of_metrics(with("1.7e+09", "1.8e+09")));
    CHECK(progress_of_metrics(idle) != progress_of_metrics(with("} 12.0", "} 13.0")));
    CHECK(progress_of_metrics(idle) != progress_of_metrics(with("} 0.25", "} 0.5")));  // a long prompt, chunk by chunk
}

TEST_CASE("a text without rows of the engine says nothing of its work", "[engine]") {
    CHECK(!progress_of_metrics(""));
    CHECK(!progress_of_metrics("# HELP vllm:num_requests_running\nhttp_requests_total 1.0\nvllm"));
}
