// SPDX-License-Identifier: Apache-2.0
#include "engine/metrics.hpp"

#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {
namespace {

/// Rows of the HTTP server count requests that the engine may never see, and the time at which a counter was made says
/// nothing.
bool is_of_engine(std::string_view metric) { return metric.starts_with("vllm:") && !metric.ends_with("_created"); }

}  // namespace

// Each step of the scheduler sets the gauges of requests and of the KV cache, and each step that generates counts
// tokens (vllm/v1/metrics/loggers.py, PrometheusStatLogger.record): a step that changes none of them does no work.
std::optional<std::size_t> progress_of_metrics(std::string_view text) { return progress_of_rows(text, &is_of_engine); }

}  // namespace r1cluster::detail::vllm
