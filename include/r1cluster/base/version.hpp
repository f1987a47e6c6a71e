// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster {

/// A release number such as "0.11.1", "580.159.04" or "0.32.0+cpu". Ordered by its numbers; a
/// pre-release ("rc1", "dev5") sorts before its release; the local part after "+" is kept but does
/// not affect the order.
struct Version {
    std::vector<int> numbers;  ///< "0.11.1" is [0, 11, 1]
    std::string pre_release;   ///< "rc1"; empty: a release
    std::string local;         ///< what follows "+"; does not affect the order

    /// Throws Error (invalid_input) for text that is not a version; "abc" never reads as 0.
    static Version parse(std::string_view text);
    /// Like parse, but returns nullopt instead of throwing.
    static std::optional<Version> try_parse(std::string_view text);

    std::string text() const;
    std::weak_ordering operator<=>(const Version& other) const;
    bool operator==(const Version& other) const { return (*this <=> other) == 0; }
};

/// The version of this library, as in pyproject.toml.
std::string_view library_version();

}  // namespace r1cluster
