// SPDX-License-Identifier: Apache-2.0
#include "layout/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t most_stages = 16;

}  // namespace

std::string in_words(const LayoutSizes& sizes) {
    std::string text = fmt::format("TP {} x PP {}", sizes.tensor_parallel, sizes.pipeline_parallel);
    if (sizes.data_parallel > 1) text += fmt::format(" x DP {}", sizes.data_parallel);
    if (sizes.is_expert_parallel) text += ", EP";
    if (sizes.decode_context_parallel > 1) text += fmt::format(", DCP {}", sizes.decode_context_parallel);
    return text;
}

std::string joined(const std::vector<int>& partition) {
    std::string text;
    for (const int layers : partition) text += (text.empty() ? "" : ",") + std::to_string(layers);
    return text;
}

std::string tokens_text(std::int64_t tokens) {
    return format_count(static_cast<std::uint64_t>(std::max<std::int64_t>(0, tokens)));
}

std::string headline(const Layout& layout) {
    std::string text = in_words(sizes_of(layout));
    if (layout.pipeline_parallel > 1) {
        text += layout.layers_per_stage.size() <= most_stages
                    ? ", layers " + joined(layout.layers_per_stage)
                    : fmt::format(", {} to {} layers a stage", std::ranges::min(layout.layers_per_stage),
                                  std::ranges::max(layout.layers_per_stage));
        if (!layout.is_engine_default_partition) text += " (to be set)";
    }
    return text;
}

std::string in_words(const std::optional<WholeInterval>& tokens) {
    if (!tokens) return "unknown";
    if (tokens->low == tokens->high) return tokens_text(tokens->likely);
    return fmt::format("{} ({} to {})", tokens_text(tokens->likely), tokens_text(tokens->low),
                       tokens_text(tokens->high));
}

std::string in_words(const Interval& interval, const std::string& unit) {
    const auto number = [](double value) {
        return value < 100 ? fmt::format("{:.3g}", value) : format_count(static_cast<std::uint64_t>(value + 0.5));
    };
    return fmt::format("{} {} ({} to {})", number(interval.likely), unit, number(interval.low), number(interval.high));
}

std::string in_words(const Workload& workload) {
    return fmt::format("{} request{} of {} + {} tokens", tokens_text(workload.concurrency),
                       workload.concurrency == 1 ? "" : "s", tokens_text(workload.prompt_tokens),
                       tokens_text(workload.output_tokens)) +
           (workload.distinct_requests > 0 ? fmt::format(", {} different", tokens_text(workload.distinct_requests))
                                           : "");
}

}  // namespace r1cluster::detail
