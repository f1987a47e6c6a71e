// SPDX-License-Identifier: Apache-2.0
#include "plan/rejections.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "layout/words.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t most_listed = 4;

std::string words_of(const LayoutSizes& sizes, Scope scope) {
    if (scope == Scope::every) return "";
    if (scope == Scope::stages) return fmt::format("PP {}", sizes.pipeline_parallel);
    if (scope == Scope::experts) return "EP";
    if (scope == Scope::contexts) {
        return fmt::format("TP {}, DCP {}", sizes.tensor_parallel, sizes.decode_context_parallel);
    }
    if (scope == Scope::all) return in_words(sizes);
    if (scope == Scope::division) {
        return in_words({sizes.tensor_parallel, sizes.pipeline_parallel, sizes.data_parallel, 1, false});
    }
    std::string text = fmt::format("TP {}", sizes.tensor_parallel);
    if (scope == Scope::tensor_and_data && sizes.data_parallel > 1) {
        text += fmt::format(" x DP {}{}", sizes.data_parallel, sizes.is_expert_parallel ? ", EP" : "");
    }
    return text;
}

/// "TP 3", "TP 3 and TP 6", "TP 3, TP 6, TP 9 and 4 more".
std::string listed(const std::vector<std::string>& words) {
    const std::size_t shown = words.size() <= most_listed ? words.size() : most_listed - 1;
    std::string text;
    for (std::size_t i = 0; i < shown; ++i) {
        const bool is_last = shown == words.size() && i + 1 == shown;
        text += (i == 0 ? "" : is_last ? " and " : "; ") + words[i];
    }
    if (shown < words.size()) text += fmt::format("; and {} more", words.size() - shown);
    return text;
}

}  // namespace

bool Rejections::add(std::string_view reason, Scope scope, const LayoutSizes& sizes, double nearness) {
    if (is_muted_) return false;
    const auto found = std::ranges::find(folds_, reason, &Fold::reason);
    last_ = static_cast<std::size_t>(found - folds_.begin());
    if (found == folds_.end()) {
        folds_.push_back({std::string(reason), scope, {sizes}, 0, nearness, ""});
        return true;
    }
    found->sizes.push_back(sizes);
    if (nearness <= found->nearness) return false;
    found->nearness = nearness;
    found->nearest = found->sizes.size() - 1;
    return true;
}

void Rejections::set_text(std::string text, std::string brief) {
    folds_[last_].text = std::move(text);
    folds_[last_].brief = std::move(brief);
}

void Rejections::add(std::string_view reason, Scope scope, const LayoutSizes& sizes, std::string text,
                     std::string brief) {
    if (add(reason, scope, sizes)) set_text(std::move(text), std::move(brief));
}

bool Rejections::has(std::string_view reason) const {
    return std::ranges::find(folds_, reason, &Fold::reason) != folds_.end();
}

std::vector<RejectedLayout> Rejections::folded(const LayoutSpec& asked) const {
    std::vector<RejectedLayout> rejected;
    for (const Fold& fold : folds_) {
        RejectedLayout& one = rejected.emplace_back();
        const LayoutSizes& nearest = fold.sizes[fold.nearest];
        const bool has_stages =
            fold.scope == Scope::all || fold.scope == Scope::division || fold.scope == Scope::stages;
        one.tensor_parallel = fold.scope == Scope::every ? 0 : nearest.tensor_parallel;
        one.pipeline_parallel = has_stages ? nearest.pipeline_parallel : 0;
        one.is_unasked = (fold.scope == Scope::experts && !asked.expert_parallel) ||
                         (fold.scope == Scope::contexts && !asked.decode_context_parallel);
        one.because = fold.text;
        one.brief = fold.brief;
        one.count = static_cast<std::int64_t>(fold.sizes.size());
        std::vector<std::string> words{words_of(nearest, fold.scope)};
        for (const LayoutSizes& sizes : fold.sizes) {
            std::string text = words_of(sizes, fold.scope);
            if (std::ranges::find(words, text) == words.end()) words.push_back(std::move(text));
        }
        one.sizes = listed(words);
    }
    std::ranges::stable_sort(rejected, {}, &RejectedLayout::is_unasked);
    return rejected;
}

}  // namespace r1cluster::detail
