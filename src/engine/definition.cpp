// SPDX-License-Identifier: Apache-2.0
#include "engine/definition.hpp"

#include <fmt/format.h>

#include "engine/log_numbers.hpp"
#include "engine/packages.hpp"

namespace r1cluster::detail {

const std::string* installed_text(const EngineDefinition& engine, const Machine& machine) {
    for (const std::string_view distribution : engine.distributions) {
        if (const std::string* version = package_version(machine, std::string(distribution))) return version;
    }
    return nullptr;
}

std::optional<Version> installed_version(const EngineDefinition& engine, const Machine& machine) {
    const std::string* text = installed_text(engine, machine);
    return text ? Version::try_parse(*text) : std::nullopt;
}

std::optional<VariableChoice> layers_of_stages(const knowledge::Variable& row, const VariableRequest& request) {
    if (request.partition.empty()) return std::nullopt;
    return VariableChoice{fmt::format("{}", fmt::join(request.partition, ",")), row.because};
}

bool ServeCommand::has(EngineFeature feature) const {
    return knowledge.engine(engine.name).has(feature, engine.version);
}

std::vector<int> split_layers(std::int64_t layers, int stages, bool has_last_the_rest, int spared) {
    std::vector<int> partition(static_cast<std::size_t>(stages), static_cast<int>(layers / stages));
    const int rest = static_cast<int>(layers % stages);
    if (has_last_the_rest) {
        partition.back() += rest;
        return partition;
    }
    for (int i = 0; i < rest; ++i) ++partition[static_cast<std::size_t>(stages - spared - 1 - i)];
    return partition;
}

std::optional<ProcessPlace> place_of_process(std::string_view process) {
    const auto part = [&](std::string_view marker) -> std::optional<int> {
        std::size_t found = process.find(marker);
        // "PCP" and "DCP" end in other words' letters
        while (found != std::string_view::npos && found > 0 && process[found - 1] != '_' && process[found - 1] != ' ') {
            found = process.find(marker, found + 1);
        }
        return found == std::string_view::npos ? std::nullopt : index_after(process.substr(found), marker);
    };
    const std::optional<int> data = part("DP"), stage = part("PP"), tensor = part("TP");
    if (!data && !stage && !tensor) return std::nullopt;
    return ProcessPlace{data.value_or(0), stage.value_or(0), tensor.value_or(0)};
}

}  // namespace r1cluster::detail
