// SPDX-License-Identifier: Apache-2.0
#include "config/variables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/registry/registry.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

using knowledge::RunsOn;
using knowledge::Variable;

void add(SettingsByName& settings, const Variable& row, std::optional<VariableChoice> choice) {
    if (!choice) return;
    Setting setting{.name = row.name,
                    .value = std::move(choice->value),
                    .because = std::move(choice->because),
                    .is_from_user = false,
                    .ours = {}};
    settings.insert_or_assign(row.name, std::move(setting));
}

/// The version of the program that reads a variable of no engine; nullopt: not known, the newest is assumed.
std::optional<Version> version_of_reader(const Variable& row, const HostInLayout& host) {
    if (row.read_by != "NCCL" || !host.machine || !host.machine->engine) return std::nullopt;
    for (const auto& [name, version] : host.machine->engine->packages) {
        if (name.starts_with("nvidia-nccl-")) return Version::try_parse(version);
    }
    return std::nullopt;
}

bool is_for(const Variable& row, const HostInLayout& host, const std::optional<Version>& reader) {
    const bool is_there = row.runs_on == RunsOn::any || (row.runs_on == RunsOn::gpu) == host.is_on_gpus();
    return is_there && row.releases.contain(reader);
}

[[noreturn]] void refuse(const Variable& row) {
    throw Error(
        ErrorKind::invalid_input, row.name,
        fmt::format("choosing the environment: the decision of {} in the table of variables is \"{}\", which is "
                    "no rule; expected \"set\", \"leave\" or the name of a rule (docs/extending.md)",
                    row.name, row.decision));
}

VariableRequest request_of(const DeploymentSpec& spec, const Layout& layout, const HostInLayout& host) {
    VariableRequest request;
    request.is_shared_machine = host.is_shared_machine;
    request.ranks_on_machine = host.ranks_on_machine;
    request.numa_nodes = host.machine ? host.machine->numa_nodes.size() : 0;
    request.kv_cache_bytes = spec.engine.kv_cache_bytes;
    request.start_timeout_s = spec.engine.start_timeout_s;
    if (!layout.is_engine_default_partition) request.partition = layout.layers_per_stage;
    return request;
}

void add_engine(SettingsByName& settings, const DeploymentSpec& spec, const Layout& layout, const HostInLayout& host,
                const Knowledge& knowledge) {
    const EngineDefinition* engine = find_engine(layout.engine.name);
    if (!engine || !engine->launch) return;  // plan_launch() refuses it
    const VariableRequest request = request_of(spec, layout, host);
    const std::span<const VariableRule> rules = engine->launch->variable_rules();
    for (const Variable& row : knowledge.engine(engine->name).variables) {
        if (!is_for(row, host, layout.engine.version)) continue;
        const auto own = std::ranges::find(rules, row.decision, &VariableRule::decision);
        if (own != rules.end()) {
            add(settings, row, own->choose(row, request));
        } else if (const SettingRule* rule = find_rule(row.decision)) {
            add(settings, row, rule->choose(row, host));
        } else {
            refuse(row);
        }
    }
}

}  // namespace

SettingsByName our_settings(const DeploymentSpec& spec, const Layout& layout, const HostInLayout& host,
                            const Knowledge& knowledge) {
    SettingsByName settings;
    for (const Variable& row : knowledge.variables) {
        const SettingRule* rule = find_rule(row.decision);
        if (!rule) refuse(row);
        if (is_for(row, host, version_of_reader(row, host))) add(settings, row, rule->choose(row, host));
    }
    add_engine(settings, spec, layout, host, knowledge);
    return settings;
}

const Variable* find_variable(const Knowledge& knowledge, std::string_view engine, std::string_view name) {
    for (const auto* table : {&knowledge.engine(engine).variables, &knowledge.variables}) {
        const auto found = std::ranges::find(*table, name, &Variable::name);
        if (found != table->end()) return &*found;
    }
    return nullptr;
}

}  // namespace r1cluster::detail
