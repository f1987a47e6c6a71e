// SPDX-License-Identifier: Apache-2.0
#include "config/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

Finding disagreement(const HostInLayout& host, const Setting& setting, std::string why) {
    return {.id = "config.override",
            .severity = Severity::warning,
            .subject = host.spec->name,
            .observed = fmt::format("{}={} from the spec; {}", setting.name, *setting.value, why),
            .expected = setting.ours ? fmt::format("{}={}", setting.name, *setting.ours) : setting.name + " left unset",
            .remedy = fmt::format("remove {} from [env] of the spec", setting.name),
            .source = "docs/settings.md"};
}

void check_name(const std::string& name) {
    const auto is_word = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (!name.empty() && std::ranges::all_of(name, is_word) && !(name[0] >= '0' && name[0] <= '9')) return;
    throw Error(
        ErrorKind::invalid_input, name,
        fmt::format("[env] of the spec: \"{}\" is not the name of a variable; expected letters, digits and \"_\"",
                    name));
}

void judge(std::vector<Finding>& findings, const Setting& setting, const Setting* ours, const SettingRule* rule,
           const HostInLayout& host) {
    const auto objection = rule && rule->judge ? rule->judge(*setting.value, host) : std::nullopt;
    if (objection) {
        Finding finding = disagreement(host, setting, objection->why);
        finding.severity = objection->severity;
        findings.push_back(std::move(finding));
    } else if (ours && ours->value != setting.value) {
        findings.push_back(disagreement(host, setting, "ours: " + ours->because));
    }
}

}  // namespace

std::vector<Finding> apply_user_settings(SettingsByName& settings, const DeploymentSpec& spec, const Layout& layout,
                                         const HostInLayout& host, const Knowledge& knowledge) {
    std::map<std::string, std::pair<std::string, const char*>> wanted;
    for (const auto& [name, value] : spec.env) wanted[name] = {value, "[env] of the spec"};
    for (const auto& [name, value] : host.spec->env) wanted[name] = {value, "env of this host in the spec"};
    std::vector<Finding> findings;
    for (const auto& [name, value_and_place] : wanted) {
        check_name(name);
        const auto& [value, place] = value_and_place;
        Setting setting{.name = name, .value = value, .because = place, .is_from_user = true, .ours = {}};
        const auto found = settings.find(name);
        const Setting* ours = found == settings.end() ? nullptr : &found->second;
        if (ours && ours->value != setting.value) {
            setting.ours = ours->value;
            setting.because += "; ours: " + ours->because;
        }
        const knowledge::Variable* row = find_variable(knowledge, layout.engine.name, name);
        judge(findings, setting, ours, row ? find_rule(row->decision) : nullptr, host);
        settings.insert_or_assign(name, std::move(setting));
    }
    return findings;
}

}  // namespace r1cluster::detail
