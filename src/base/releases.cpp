// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/releases.hpp"

#include <fmt/format.h>

namespace r1cluster {

std::optional<Release> Release::try_parse(std::string_view text) {
    const auto version = Version::try_parse(text);
    if (!version || !version->pre_release.empty() || !version->local.empty()) return std::nullopt;
    if (version->numbers.size() > 4) return std::nullopt;
    Release release;
    int* const parts[] = {&release.major, &release.minor, &release.patch, &release.hotfix};
    for (std::size_t i = 0; i < version->numbers.size(); ++i) *parts[i] = version->numbers[i];
    return release;
}

std::string Release::text() const {
    return hotfix == 0 ? fmt::format("{}.{}.{}", major, minor, patch)
                       : fmt::format("{}.{}.{}.{}", major, minor, patch, hotfix);
}

bool is_before(const Version& version, const Release& release) {
    const auto number = [&](std::size_t i) { return i < version.numbers.size() ? version.numbers[i] : 0; };
    return Release{number(0), number(1), number(2), number(3)} < release;
}

bool Releases::contain(const std::optional<Version>& version) const {
    if (!version) return !until;
    return (!since || !is_before(*version, *since)) && (!until || is_before(*version, *until));
}

bool Releases::overlap(const Releases& other) const {
    const auto ends_before = [](const Releases& a, const Releases& b) {
        return a.until && b.since && *a.until <= *b.since;
    };
    return !ends_before(*this, other) && !ends_before(other, *this);
}

}  // namespace r1cluster
