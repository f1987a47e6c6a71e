// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {
namespace {

/// A row of the engine itself. Rows of the HTTP server count requests that the engine may never see, and the time at
/// which a counter was made says nothing.
bool is_of_engine(std::string_view line) {
    const std::string_view name = line.substr(0, line.find_first_of("{ "));
    return name.starts_with("vllm:") && !name.ends_with("_created");
}

}  // namespace

// Each step of the scheduler sets the gauges of requests and of the KV cache, and each step that generates counts
// tokens (vllm/v1/metrics/loggers.py, PrometheusStatLogger.record): a step that changes none of them does no work.
std::optional<std::size_t> progress_of_metrics(std::string_view text) {
    std::optional<std::size_t> progress;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        if (is_of_engine(line)) progress = progress.value_or(0) * 31 + std::hash<std::string_view>()(line);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return progress;
}

}  // namespace r1cluster::detail::vllm
