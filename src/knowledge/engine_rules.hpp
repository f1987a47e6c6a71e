// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "r1cluster/base/version.hpp"

namespace r1cluster::knowledge {

/// Releases of vLLM from `since`, up to but without `until`; empty: no bound.
struct EngineReleases {
    std::string_view since;
    std::string_view until;

    /// No version: the newest.
    bool contain(const std::optional<Version>& engine) const;
};

/// What a GPU must be able to do.
struct CapabilityRule {
    std::string_view what;  ///< "bfloat16", "latent attention", "kernels", or a quantisation: its format, else method
    EngineReleases releases;
    int least = 0;  ///< compute capability, 10 * major + minor
    std::string_view engine_says;
    std::string_view source;
};

/// The first row for this quantisation, dtype or kind of attention; nullptr: nothing is known.
const CapabilityRule* find_capability_rule(std::string_view what, const std::optional<Version>& engine);

/// "before 0.20.0": releases of another row whose least is within this capability; empty: none.
std::string releases_that_can(std::string_view what, int capability);

/// A way to divide a model that these releases do not have, or have broken.
struct DivisionRule {
    std::string_view division;  ///< "expert parallel", "decode context parallel", "pipeline parallel"
    std::string_view family;    ///< of family_of(); empty: any
    EngineReleases releases;    ///< that cannot
    std::string_view engine_says;
    std::string_view source;
};

/// Why this release cannot; nullptr: it can, as far as is known.
const DivisionRule* find_division_rule(std::string_view division, std::string_view family,
                                       const std::optional<Version>& engine);

}  // namespace r1cluster::knowledge
