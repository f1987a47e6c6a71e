// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "r1cluster/base/error.hpp"
#include "r1cluster/plan/plan.hpp"

namespace r1cluster {
namespace {

std::string why_rejected(const Plan& plan) {
    std::string why;
    for (const RejectedLayout& rejected : plan.rejected) {
        if (rejected.is_unasked) continue;
        why += fmt::format("{}{}: {}", why.empty() ? "" : "; ", rejected.sizes.empty() ? "every size" : rejected.sizes,
                           rejected.because);
    }
    return why.empty() ? "no layout is possible" : why;
}

}  // namespace

const Layout& Plan::best() const {
    if (layouts.empty()) throw Error(ErrorKind::invalid_input, "layout", why_rejected(*this));
    return layouts.front();
}

}  // namespace r1cluster
