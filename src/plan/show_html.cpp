// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/html.hpp"
#include "layout/rank_rows.hpp"
#include "layout/words.hpp"
#include "r1cluster/plan/plan.hpp"

namespace r1cluster {
namespace {

using detail::html_escaped;
using detail::html_row;

}  // namespace

std::string show_html(const Layout& layout) {
    std::string html =
        fmt::format("<table>\n<caption>{}, {} tokens of KV cache</caption>\n{}", html_escaped(detail::headline(layout)),
                    detail::in_words(layout.kv_tokens),
                    html_row({"ranks", "host", "GPU", "layers", "weights", "of memory", "KV tokens"}, "th"));
    for (const detail::RankRow& row : detail::rank_rows(layout)) {
        html += html_row({row.ranks, row.host, row.gpus, row.layers, row.weights, row.memory, row.tokens}, "td",
                         row.is_least ? " class=\"least\"" : "");
    }
    html += "</table>\n";
    for (const std::string& note : layout.notes) html += fmt::format("<p>{}</p>\n", html_escaped(note));
    return html + fmt::format("<p>{}</p>\n", html_escaped(layout.because));
}

std::string show_html(const Plan& plan) {
    std::string html = plan.layouts.empty() ? "<p>no layout: nothing fits these machines and this model</p>\n"
                                            : show_html(plan.layouts.front());
    if (plan.layouts.size() > 1) {
        html += fmt::format("<table>\n<caption>also possible</caption>\n{}",
                            html_row({"layout", "KV tokens", "ms/token", "tokens/s"}, "th"));
        for (std::size_t i = 1; i < plan.layouts.size(); ++i) {
            const Layout& layout = plan.layouts[i];
            html +=
                html_row({detail::headline(layout), detail::in_words(layout.kv_tokens),
                          layout.tpot_ms ? detail::in_words(*layout.tpot_ms, "ms") : "",
                          layout.output_tokens_per_s ? detail::in_words(*layout.output_tokens_per_s, "tokens/s") : ""});
        }
        html += "</table>\n";
    }
    for (const RejectedLayout& rejected : plan.rejected) {
        html += fmt::format("<p>rejected: {}: {}</p>\n",
                            html_escaped(rejected.sizes.empty() ? "every size" : rejected.sizes),
                            html_escaped(rejected.because));
    }
    for (const std::string& suggestion : plan.suggestions) {
        html += fmt::format("<p>possible instead: {}</p>\n", html_escaped(suggestion));
    }
    return html;
}

}  // namespace r1cluster
