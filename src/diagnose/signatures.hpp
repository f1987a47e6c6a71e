// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace r1cluster::detail {

/// How near to the beginning of a failure a line stands.
enum class Place {
    cause,        ///< nothing else need have gone wrong
    symptom,      ///< often of something on another host
    consequence,  ///< says only that something else failed
};

struct Signature {
    std::string_view id;
    Place place;
    std::array<std::string_view, 2> parts;  ///< all of them in one line; empty ones count as found
    std::string_view requirement;           ///< what holds where this is not seen
    std::string_view remedy;
    std::string_view source;
};

/// In the order in which they are tried; the first that fits a line counts. Several rows may have one id.
std::span<const Signature> signatures();

}  // namespace r1cluster::detail
