// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "knowledge/find_row.hpp"
#include "r1cluster/knowledge/engine_rows.hpp"

namespace r1cluster::knowledge {
bool EngineKnowledge::has(EngineFeature feature, const std::optional<Version>& version) const {
    return std::ranges::any_of(
        features, [&](const EngineFeatureRow& row) { return row.feature == feature && row.releases.contain(version); });
}

std::string EngineKnowledge::since(EngineFeature feature) const {
    const auto* row = find_row(features, [&](const EngineFeatureRow& one) { return one.feature == feature; });
    return row && row->releases.since ? row->releases.since->text() : "";
}

const EngineFlag* EngineKnowledge::find_flag(std::string_view flag) const {
    return find_row(flags, [&](const EngineFlag& row) { return row.flag == flag; });
}

const CapabilityRule* EngineKnowledge::find_capability_rule(std::string_view what,
                                                            const std::optional<Version>& version) const {
    return find_row(capabilities,
                    [&](const CapabilityRule& row) { return row.what == what && row.releases.contain(version); });
}

std::string EngineKnowledge::releases_that_can(std::string_view what, int capability) const {
    const auto* found =
        find_row(capabilities, [&](const CapabilityRule& row) { return row.what == what && row.least <= capability; });
    if (!found) return "";
    if (found->releases.since) return found->releases.since->text() + " or newer";
    return found->releases.until ? "before " + found->releases.until->text() : "";
}

const DivisionRule* EngineKnowledge::find_division_rule(std::string_view division, std::string_view family,
                                                        const std::optional<Version>& version) const {
    return find_row(divisions, [&](const DivisionRule& row) {
        return row.division == division && (row.family.empty() || row.family == family) &&
               row.releases.contain(version);
    });
}

const EngineOverheads* EngineKnowledge::find_overheads(const std::optional<Version>& version) const {
    const auto* row = find_row(overheads, [&](const EngineOverheads& one) { return one.releases.contain(version); });
    return row || overheads.empty() ? row : &overheads.back();
}

const MemoryReserve* EngineKnowledge::find_reserve(std::int64_t gpu_mib, int ranks,
                                                   const std::optional<Version>& version) const {
    return find_row(reserves, [&](const MemoryReserve& row) {
        return gpu_mib >= row.least_mib && ranks >= row.least_ranks && row.releases.contain(version);
    });
}

const EngineMemory* EngineKnowledge::find_memory(Runner runner, const std::optional<Version>& version) const {
    const EngineMemory* newest = memory.empty() ? nullptr : &memory.back();
    for (const EngineMemory& row : memory) {
        if (row.runner != runner) continue;
        if (row.releases.contain(version)) return &row;
        newest = &row;
    }
    return newest;
}

namespace {

template <class Holds>
std::vector<const EngineRoute*> routes_that(const std::vector<EngineRoute>& routes,
                                            const std::optional<Version>& version, Holds holds) {
    std::vector<const EngineRoute*> found;
    for (const EngineRoute& row : routes) {
        if (row.releases.contain(version) && holds(row)) found.push_back(&row);
    }
    std::ranges::stable_sort(found, {}, &EngineRoute::effect);
    return found;
}

}  // namespace

std::vector<const EngineRoute*> EngineKnowledge::open_routes(const std::optional<Version>& version) const {
    return routes_that(routes, version, [](const EngineRoute& row) { return !row.is_guarded && row.when.empty(); });
}

std::vector<const EngineRoute*> EngineKnowledge::forwarded_routes(const std::optional<Version>& version) const {
    return routes_that(routes, version, [](const EngineRoute& row) { return row.is_forwarded; });
}

const EngineRoute* EngineKnowledge::find_route(std::string_view route, const std::optional<Version>& version) const {
    return find_row(routes,
                    [&](const EngineRoute& row) { return row.route == route && row.releases.contain(version); });
}

}  // namespace r1cluster::knowledge
