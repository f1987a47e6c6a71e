// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/definition.hpp"

namespace r1cluster::detail {

/// All engines; each has a folder of its own beside this one.
std::span<const EngineDefinition* const> engines();
/// nullptr: no such engine.
const EngineDefinition* find_engine(std::string_view name);
/// Throws Error (invalid_input), with the names that are known, for any other. An empty name is the spec's default.
const EngineDefinition& engine_called(std::string_view name);

/// choose_engine() for devices that are known already, with the row of its memory.
EngineOptions choose_options(const DeploymentSpec& spec, const Cluster& cluster, const ModelConfig& config,
                             const Devices& devices, const Knowledge& knowledge);
/// The same of an engine that was chosen. Throws Error (invalid_input) where it was not, saying what is `being_done`.
EngineOptions options_of(const Engine& engine, std::string_view being_done, const Knowledge& knowledge);

}  // namespace r1cluster::detail
