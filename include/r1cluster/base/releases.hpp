// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "r1cluster/base/version.hpp"

namespace r1cluster {

/// The number of a release, as a bound of a range: 0.11.1, or 0.10.1.1 with a hotfix. Version is what a host says.
struct Release {
    int major = 0;   ///< first number
    int minor = 0;   ///< second number
    int patch = 0;   ///< third number
    int hotfix = 0;  ///< fourth number; 0: none

    /// "0.11.1", "2.52", "5.12". nullopt: not one to four numbers.
    static std::optional<Release> try_parse(std::string_view text);
    /// Three numbers, and the hotfix if it is not 0.
    std::string text() const;
    auto operator<=>(const Release&) const = default;
};

/// By the numbers alone: a pre-release ("0.11.1rc1") counts as its release, whose features it mostly has.
bool is_before(const Version& version, const Release& release);

/// Releases from `since`, up to but without `until`. Unset: no bound.
struct Releases {
    std::optional<Release> since;  ///< first of the releases; unset: no bound
    std::optional<Release> until;  ///< first release after them; unset: no bound

    /// An unknown version (nullopt) counts as the newest release.
    bool contain(const std::optional<Version>& version) const;
    bool overlap(const Releases& other) const;
    bool operator==(const Releases&) const = default;
};

}  // namespace r1cluster
