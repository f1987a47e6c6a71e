// SPDX-License-Identifier: Apache-2.0
#include "config/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/registry/registry.hpp"
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

// NCCL's syntax: [^][=]name[,name...], prefixes unless '='.
bool nccl_names_an_interface(std::string_view value, const Machine& machine) {
    const bool is_excluding = value.starts_with('^');
    if (is_excluding) value.remove_prefix(1);
    const bool is_exact = value.starts_with('=');
    if (is_exact) value.remove_prefix(1);
    const auto is_listed = [&](const Nic& nic) {
        for (std::string_view rest = value; !rest.empty();) {
            const std::string_view name = rest.substr(0, rest.find(','));
            if (!name.empty() && (is_exact ? nic.name == name : nic.name.starts_with(name))) return true;
            rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        }
        return false;
    };
    return std::ranges::any_of(machine.nics, [&](const Nic& nic) { return is_listed(nic) != is_excluding; });
}

// What cannot work on this machine, in one clause; empty where it can, or where we cannot see.
std::string impossible(const Setting& setting, std::string_view address_variable, const HostInLayout& host) {
    if (!host.machine || host.machine->nics.empty()) return {};
    const Machine& machine = *host.machine;
    if (setting.name == "NCCL_SOCKET_IFNAME" && !nccl_names_an_interface(*setting.value, machine)) {
        return "no interface of this host matches";
    }
    if (setting.name == "GLOO_SOCKET_IFNAME") {
        for (std::string_view rest = *setting.value; !rest.empty();) {
            const std::string_view name = rest.substr(0, rest.find(','));
            if (!find_nic(machine, name))
                return fmt::format("this host has no interface \"{}\" (Gloo takes exact names)", name);
            rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        }
    }
    if (setting.name == address_variable && !setting.value->starts_with("127.")) {
        const bool is_own = std::ranges::any_of(machine.nics, [&](const Nic& nic) {
            return std::ranges::find(nic.addresses, *setting.value, &NicAddress::address) != nic.addresses.end();
        });
        if (!is_own) return "no interface of this host has this address; each host needs its own";
    }
    return {};
}

bool is_native_infiniband(const HostInLayout& host) {
    return host.machine &&
           std::ranges::any_of(host.machine->nics, [](const Nic& nic) { return nic.kind == NicKind::infiniband; });
}

void judge(std::vector<Finding>& findings, const Setting& setting, const Setting* ours,
           std::string_view address_variable, const HostInLayout& host) {
    if (const std::string why = impossible(setting, address_variable, host); !why.empty()) {
        Finding finding = disagreement(host, setting, why);
        finding.severity = Severity::error;
        findings.push_back(std::move(finding));
    } else if (setting.name == "NCCL_IB_GID_INDEX" && is_native_infiniband(host)) {
        findings.push_back(disagreement(
            host, setting, "on native InfiniBand the index means nothing, or names an entry that is not there"));
    } else if (ours && ours->value != setting.value) {
        findings.push_back(disagreement(host, setting, "ours: " + ours->because));
    }
}

}  // namespace

std::vector<Finding> apply_user_settings(SettingsByName& settings, const DeploymentSpec& spec, const Layout& layout,
                                         const HostInLayout& host) {
    const EngineDefinition* engine = find_engine(layout.engine.name);
    const std::string_view address_variable = engine && engine->launch ? engine->launch->address_variable : "";
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
        judge(findings, setting, ours, address_variable, host);
        settings.insert_or_assign(name, std::move(setting));
    }
    return findings;
}

}  // namespace r1cluster::detail
