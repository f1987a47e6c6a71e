// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "r1cluster/base/version.hpp"

namespace r1cluster::detail {

/// A release of vLLM, as a row names it.
struct Release {
    int major = 0;
    int minor = 0;
    int patch = 0;
};

/// The releases that a row is for: from `since`, up to but without `until`. Unset: no bound.
struct Releases {
    std::optional<Release> since;
    std::optional<Release> until;

    /// No version: the newest.
    bool contain(const std::optional<Version>& engine) const;
};

}  // namespace r1cluster::detail
