// SPDX-License-Identifier: Apache-2.0
#include "engine/registry/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "engine/names/names.hpp"
#include "engine/sglang/definition.hpp"
#include "engine/vllm/definition.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::array all{&vllm_definition, &sglang_definition};

/// The version that the spec demands, or the first host has; unset where neither is known.
std::optional<Version> version_of(const EngineDefinition& engine, const DeploymentSpec& spec, const Cluster& cluster) {
    if (!spec.engine.version.empty()) return Version::try_parse(spec.engine.version);
    for (const HostSpec& host : spec.hosts) {
        const Machine* machine = cluster.find(host.name);
        if (machine && installed_text(engine, *machine)) return installed_version(engine, *machine);
    }
    return std::nullopt;
}

}  // namespace

std::span<const EngineDefinition* const> engines() { return all; }

const EngineDefinition* find_engine(std::string_view name) {
    const auto found = std::ranges::find(all, name, [](const EngineDefinition* engine) { return engine->name; });
    return found == all.end() ? nullptr : *found;
}

const EngineDefinition& engine_called(std::string_view name) {
    if (name.empty()) name = launchable_engines().front();
    if (const EngineDefinition* engine = find_engine(name)) return *engine;
    std::vector<std::string_view> known;
    for (const EngineDefinition* engine : all) known.push_back(engine->name);
    throw Error(ErrorKind::invalid_input, std::string(name),
                fmt::format("choosing the engine: \"{}\" is not known; expected one of \"{}\"", name,
                            fmt::join(known, "\", \"")));
}

EngineOptions choose_options(const DeploymentSpec& spec, const Cluster& cluster, const ModelConfig& config,
                             const Devices& devices, const Knowledge& knowledge) {
    const EngineDefinition& engine = engine_called(spec.engine.name);
    const EngineArguments arguments(spec.engine.extra_arguments);
    EngineOptions options;
    options.knowledge = &knowledge;
    options.name = engine.name;
    options.version = version_of(engine, spec, cluster);
    engine.choose_options({spec, config, devices, arguments}, options);
    return options;
}

EngineOptions options_of(const Engine& engine, std::string_view being_done, const Knowledge& knowledge) {
    if (engine.name.empty()) {
        throw Error(ErrorKind::invalid_input, "layout",
                    fmt::format("{}: the layout names no engine; choose_engine() makes Layout::engine", being_done));
    }
    return {engine, &memory_of(engine, knowledge), &knowledge};
}

}  // namespace r1cluster::detail

namespace r1cluster {

Engine choose_engine(const DeploymentSpec& spec, const Cluster& cluster, const ModelConfig& config,
                     const Knowledge& knowledge) {
    return detail::choose_options(spec, cluster, config, detail::devices_of(spec, cluster), knowledge);
}

std::vector<int> default_partition(std::int64_t layers, int pipeline_parallel, const Engine& engine) {
    if (pipeline_parallel < 1 || layers < pipeline_parallel) {
        throw Error(ErrorKind::invalid_input, "pipeline_parallel",
                    fmt::format("dividing {} layers over {} pipeline stages: every stage needs a layer", layers,
                                pipeline_parallel));
    }
    return detail::engine_called(engine.name).default_partition(layers, pipeline_parallel, engine.version);
}

}  // namespace r1cluster
