// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "layout/rank_rows.hpp"
#include "layout/words.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/plan/plan.hpp"

namespace r1cluster {
namespace {

using detail::headline;
using detail::in_words;
using detail::RankRow;

/// Rejections that are shown without --explain.
constexpr std::size_t most_rejections = 4;
/// Kinds of ranks.
constexpr std::size_t most_rows = 16;

std::string count_of(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string rank_table(const Layout& layout) {
    std::vector<RankRow> rows{{"ranks", "host", "GPU", "layers", "weights", "of memory", "KV tokens", false}};
    std::vector<RankRow> all = detail::rank_rows(layout);
    const std::size_t more = all.size() > most_rows ? all.size() - most_rows : 0;
    all.resize(all.size() - more);
    for (RankRow& row : all) rows.push_back(std::move(row));
    const auto width = [&](std::string RankRow::*column) {
        std::size_t most = 0;
        for (const RankRow& row : rows) most = std::max(most, (row.*column).size());
        return most;
    };
    std::string text;
    for (const RankRow& row : rows) {
        text +=
            fmt::format("  {:>{}}  {:<{}}  {:>{}}  {:>{}}  {:>{}}  {:>{}}  {:>{}}{}\n", row.ranks,
                        width(&RankRow::ranks), row.host, width(&RankRow::host), row.gpus, width(&RankRow::gpus),
                        row.layers, width(&RankRow::layers), row.weights, width(&RankRow::weights), row.memory,
                        width(&RankRow::memory), row.tokens, width(&RankRow::tokens), row.is_least ? "  least" : "");
    }
    if (more > 0) text += fmt::format("  and {} rows more\n", more);
    return text;
}

std::string chosen_text(const Plan& plan, bool explain) {
    const Layout& chosen = plan.layouts.front();
    std::set<std::string> hosts;
    for (const RankPlacement& rank : chosen.ranks) hosts.insert(rank.host);
    std::string text =
        fmt::format("{}, on {}, for {}\n", headline(chosen), count_of(hosts.size(), "host"), text_of(plan.goal));
    text += fmt::format("  KV cache   {} tokens\n", in_words(chosen.kv_tokens));
    if (chosen.longest_request_tokens) {
        text += fmt::format("  a request  {} tokens at most\n", detail::tokens_text(*chosen.longest_request_tokens));
    }
    if (chosen.workload) {
        text += fmt::format("  speed      {}: first after {}, then {} a token, {}\n", in_words(*chosen.workload),
                            in_words(*chosen.ttft_ms, "ms"), in_words(*chosen.tpot_ms, "ms"),
                            in_words(*chosen.output_tokens_per_s, "tokens/s"));
    }
    for (const std::string& note : chosen.notes) text += fmt::format("  note       {}\n", note);
    if (explain) text += fmt::format("  because    {}\n", chosen.because);
    return text + "\n" + rank_table(chosen);
}

std::string others_text(const Plan& plan, bool explain) {
    if (plan.layouts.size() < 2 && plan.unlisted == 0) return "";
    std::size_t width = 13;
    for (std::size_t i = 1; i < plan.layouts.size(); ++i) width = std::max(width, headline(plan.layouts[i]).size());
    std::string text;
    if (plan.layouts.size() > 1) {
        text = fmt::format("\n{:<{}}  {:>11}  {:>11}  {:>8}  {:>9}\n", "also possible", width + 2, "KV tokens",
                           "a request", "ms/token", "tokens/s");
    }
    for (std::size_t i = 1; i < plan.layouts.size(); ++i) {
        const Layout& layout = plan.layouts[i];
        std::string line =
            fmt::format("  {:<{}}  {:>11}  {:>11}  {:>8}  {:>9}{}", headline(layout), width,
                        layout.kv_tokens ? detail::tokens_text(layout.kv_tokens->likely) : "unknown",
                        layout.longest_request_tokens ? detail::tokens_text(*layout.longest_request_tokens) : "unknown",
                        layout.tpot_ms ? fmt::format("{:.3g}", layout.tpot_ms->likely) : "",
                        layout.output_tokens_per_s
                            ? detail::tokens_text(static_cast<std::int64_t>(layout.output_tokens_per_s->likely + 0.5))
                            : "",
                        (layout.is_pareto           ? std::string(" *")
                         : layout.data_parallel > 1 ? "  "
                                                    : "") +
                            (layout.data_parallel > 1 ? " -" : ""));
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
        if (!explain) continue;
        for (const std::string& note : layout.notes) text += fmt::format("    note {}\n", note);
        text += fmt::format("    because {}\n", layout.because);
    }
    const bool has_pareto = std::any_of(plan.layouts.begin() + 1, plan.layouts.end(),
                                        [](const Layout& layout) { return layout.is_pareto; });
    if (has_pareto) text += "  * no other is better at latency, throughput or context without being worse at another\n";
    const bool has_copies = std::any_of(plan.layouts.begin() + 1, plan.layouts.end(),
                                        [](const Layout& layout) { return layout.data_parallel > 1; });
    if (has_copies) text += "  - planned, not yet started by up\n";
    if (plan.unlisted > 0) text += fmt::format("  and {} more\n", plan.unlisted);
    return text;
}

std::string rejected_text(const Plan& plan, bool explain) {
    std::size_t shown = plan.rejected.size();
    if (!explain && !plan.layouts.empty()) {
        const auto asked = std::ranges::count(plan.rejected, false, &RejectedLayout::is_unasked);
        shown = std::min(static_cast<std::size_t>(asked), most_rejections);
    }
    std::string text = plan.layouts.empty() || plan.rejected.empty() ? "" : "\n";
    for (std::size_t i = 0; i < shown; ++i) {
        const RejectedLayout& rejected = plan.rejected[i];
        text += fmt::format("rejected: {}: {}\n", rejected.sizes.empty() ? "every size" : rejected.sizes,
                            explain || rejected.brief.empty() ? rejected.because : rejected.brief);
    }
    if (shown < plan.rejected.size()) {
        text += fmt::format("{}rejected for {}; --explain says all\n", shown > 0 ? "more " : "",
                            count_of(plan.rejected.size() - shown, shown > 0 ? "other reason" : "reason"));
    }
    return text;
}

}  // namespace

std::string show(const Plan& plan, bool explain) {
    std::string text = plan.layouts.empty() ? "no layout: nothing fits these machines and this model\n"
                                            : chosen_text(plan, explain) + others_text(plan, explain);
    text += rejected_text(plan, explain);
    if (!explain && !plan.layouts.empty()) return text;
    for (const std::string& suggestion : plan.suggestions) text += fmt::format("possible instead: {}\n", suggestion);
    return text;
}

}  // namespace r1cluster
