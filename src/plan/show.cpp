// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/html.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/plan/layout.hpp"

namespace r1cluster {
namespace {

std::string count_of(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string partition_text(const Layout& layout) {
    std::string text;
    for (const int layers : layout.layers_per_stage) text += (text.empty() ? "" : ",") + std::to_string(layers);
    return text;
}

std::string tokens_text(const std::optional<WholeInterval>& tokens) {
    return tokens ? format_count(static_cast<std::uint64_t>(std::max<std::int64_t>(0, tokens->likely))) : "unknown";
}

std::string layers_text(const RankPlacement& rank) {
    return fmt::format("{}-{}", rank.first_layer, rank.first_layer + rank.layer_count - 1);
}

std::string headline(const Layout& layout) {
    std::string text = fmt::format("TP {} x PP {}", layout.tensor_parallel, layout.pipeline_parallel);
    if (layout.pipeline_parallel > 1) {
        text += fmt::format(", layers {}{}", partition_text(layout),
                            layout.is_engine_default_partition ? "" : " (to be set)");
    }
    return text + fmt::format(", {} tokens of KV cache", tokens_text(layout.kv_tokens));
}

std::string rank_table(const Layout& layout) {
    std::size_t width = 4;
    for (const RankPlacement& rank : layout.ranks) width = std::max(width, rank.host.size());
    std::string text = fmt::format("  {:>4}  {:<{}}  {:>3}  {:>7}  {:>10}  {:>10}  {:>12}\n", "rank", "host", width,
                                   "GPU", "layers", "weights", "of memory", "KV tokens");
    for (const RankPlacement& rank : layout.ranks) {
        text += fmt::format("  {:>4}  {:<{}}  {:>3}  {:>7}  {:>10}  {:>10}  {:>12}{}\n", rank.rank, rank.host, width,
                            rank.gpu ? std::to_string(*rank.gpu) : "CPU", layers_text(rank),
                            format_bytes(rank.weight_bytes),
                            rank.memory_bytes ? format_bytes(*rank.memory_bytes) : "unknown",
                            tokens_text(rank.kv_tokens), layout.limiting_rank == rank.rank ? "  least" : "");
    }
    return text;
}

/// A size of 0 is one that nobody chose: the rejection is of all of them.
std::string size_text(int size) { return size == 0 ? "any" : std::to_string(size); }

}  // namespace

std::string show(const Plan& plan, bool explain) {
    std::string text;
    if (plan.layouts.empty()) {
        text = "no layout: nothing fits these machines and this model\n";
    } else {
        const Layout& chosen = plan.layouts.front();
        std::set<std::string> hosts;
        for (const RankPlacement& rank : chosen.ranks) hosts.insert(rank.host);
        text = fmt::format("{}, on {}\n", headline(chosen), count_of(hosts.size(), "host"));
        if (explain) text += fmt::format("  because {}\n", chosen.because);
        text += rank_table(chosen);
    }
    for (std::size_t i = 1; i < plan.layouts.size(); ++i) {
        text += fmt::format("also possible: {}\n", headline(plan.layouts[i]));
        if (explain) text += fmt::format("  because {}\n", plan.layouts[i].because);
    }
    for (const RejectedLayout& rejected : plan.rejected) {
        text += fmt::format("rejected: TP {} x PP {}: {}\n", size_text(rejected.tensor_parallel),
                            size_text(rejected.pipeline_parallel), rejected.because);
    }
    return text;
}

std::string show_html(const Layout& layout) {
    std::string html = fmt::format("<table>\n<caption>{}</caption>\n<tr>", detail::html_escaped(headline(layout)));
    for (const std::string_view name : {"rank", "host", "GPU", "layers", "weights", "of memory", "KV tokens"}) {
        html += fmt::format("<th>{}</th>", name);
    }
    html += "</tr>\n";
    for (const RankPlacement& rank : layout.ranks) {
        html += fmt::format(
            "<tr{}><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            layout.limiting_rank == rank.rank ? " class=\"least\"" : "", rank.rank, detail::html_escaped(rank.host),
            rank.gpu ? std::to_string(*rank.gpu) : "CPU", layers_text(rank), format_bytes(rank.weight_bytes),
            rank.memory_bytes ? format_bytes(*rank.memory_bytes) : "unknown", tokens_text(rank.kv_tokens));
    }
    return html + fmt::format("</table>\n<p>{}</p>\n", detail::html_escaped(layout.because));
}

}  // namespace r1cluster
