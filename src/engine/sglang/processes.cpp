// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "engine/metrics.hpp"
#include "engine/sglang/parts.hpp"

namespace r1cluster::detail::sglang {
namespace {

/// What changes by work alone. Other rows count the CPU seconds of an idle loop, or requests that wait.
constexpr std::array<std::string_view, 6> metrics_of_work{
    "sglang:prompt_tokens_total", "sglang:generation_tokens_total", "sglang:realtime_tokens_total",
    "sglang:num_running_reqs",    "sglang:num_used_tokens",         "sglang:gen_throughput",
};

bool is_of_work(std::string_view metric) { return std::ranges::count(metrics_of_work, metric) > 0; }

}  // namespace

// Since 0.4.4 "sglang::scheduler_DP0_PP1_TP3_EP3", in another order before 0.5.9: managers/scheduler.py. 0.4.3 says
// "sglang::scheduler" for each rank, and starts them in the order of their ranks.
std::optional<EngineProcess> process_of_title(std::string_view title) {
    constexpr std::string_view prefix = "sglang::";
    if (!title.starts_with(prefix) || title.size() == prefix.size()) return std::nullopt;
    const std::string_view name = title.substr(prefix.size());
    return EngineProcess{name, name.starts_with("scheduler"), place_of_process(name).value_or(ProcessPlace())};
}

std::optional<SeenRank> rank_of_line(std::string_view) { return std::nullopt; }  // no line of it names a process id

std::optional<std::size_t> progress_of_metrics(std::string_view text) { return progress_of_rows(text, &is_of_work); }

}  // namespace r1cluster::detail::sglang
