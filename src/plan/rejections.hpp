// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "layout/layout_sizes.hpp"
#include "r1cluster/plan/plan.hpp"

namespace r1cluster::detail {

/// Which of the sizes a reason is about.
enum class Scope { every, tensor, tensor_and_data, stages, experts, contexts, division, all };

/// Rejected layouts, folded by reason while they are found.
class Rejections {
public:
    /// `reason` tells reasons apart. The text is that of the layout with the largest `nearness`; true where this one
    /// is, and set_text() is then expected: making a text for every one of thousands would take longer than the search.
    bool add(std::string_view reason, Scope scope, const LayoutSizes& sizes, double nearness = 0);
    void set_text(std::string text, std::string brief = "");
    void add(std::string_view reason, Scope scope, const LayoutSizes& sizes, std::string text, std::string brief = "");

    /// While muted nothing is added.
    void mute(bool is_muted) { is_muted_ = is_muted; }
    bool has(std::string_view reason) const;
    /// Those about whole experts and divided contexts last.
    std::vector<RejectedLayout> folded(const LayoutSpec& asked) const;

private:
    struct Fold {
        std::string reason;
        Scope scope = Scope::all;
        std::vector<LayoutSizes> sizes;
        std::size_t nearest = 0;
        double nearness = 0;
        std::string text, brief;
    };
    std::vector<Fold> folds_;
    std::size_t last_ = 0;
    bool is_muted_ = false;
};

}  // namespace r1cluster::detail
