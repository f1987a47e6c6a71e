// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/config/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/overrides.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster {
namespace {

const Machine* reached_machine(const Cluster& cluster, const std::string& host) {
    const Machine* machine = cluster.find(host);
    return machine && machine->is_reached() ? machine : nullptr;
}

// Hosts that take part, in the order of the spec.
std::vector<detail::HostInLayout> hosts_in(const DeploymentSpec& spec, const Cluster& cluster, const Layout& layout) {
    std::vector<detail::HostInLayout> hosts;
    std::size_t placed = 0;
    for (const HostSpec& host_spec : spec.hosts) {
        detail::HostInLayout host;
        host.spec = &host_spec;
        host.machine = reached_machine(cluster, host_spec.name);
        for (const RankPlacement& rank : layout.ranks) {
            if (rank.host == host_spec.name) host.ranks.push_back(&rank);
        }
        placed += host.ranks.size();
        if (!host.ranks.empty()) hosts.push_back(std::move(host));
    }
    if (placed != layout.ranks.size()) {
        throw Error(ErrorKind::invalid_input, spec.name,
                    fmt::format("configuring \"{}\": the layout puts {} of {} ranks on hosts of the spec; expected all",
                                spec.name, placed, layout.ranks.size()));
    }
    return hosts;
}

// Two hosts of a spec are one machine when they run the same boot of a kernel.
void mark_shared_machines(std::vector<detail::HostInLayout>& hosts) {
    for (detail::HostInLayout& host : hosts) {
        for (const detail::HostInLayout& other : hosts) {
            const bool is_same =
                &host == &other || (host.machine && other.machine && is_one_machine(*host.machine, *other.machine));
            if (!is_same) continue;
            host.ranks_on_machine += static_cast<int>(other.ranks.size());
            if (&host != &other) host.is_shared_machine = true;
        }
    }
}

}  // namespace

const Setting* HostSettings::find(std::string_view name) const {
    const auto found = std::ranges::find(settings, name, &Setting::name);
    return found == settings.end() ? nullptr : &*found;
}

const HostSettings* Settings::find(std::string_view host) const {
    const auto found = std::ranges::find(hosts, host, &HostSettings::host);
    return found == hosts.end() ? nullptr : &*found;
}

Settings choose_settings(const DeploymentSpec& spec, const Cluster& cluster, const Layout& layout,
                         const Knowledge& knowledge) {
    std::vector<detail::HostInLayout> hosts = hosts_in(spec, cluster, layout);
    mark_shared_machines(hosts);
    Settings result;
    for (detail::HostInLayout& host : hosts) {
        std::vector<const HostSpec*> peers;
        for (const detail::HostInLayout& other : hosts) {
            if (&other != &host) peers.push_back(other.spec);
        }
        host.network = detail::host_network(*host.spec, peers, host.machine);
        detail::SettingsByName settings = detail::our_settings(spec, layout, host, knowledge);
        const std::vector<Finding> disagreements = detail::apply_user_settings(settings, spec, layout, host, knowledge);
        result.findings.insert(result.findings.end(), host.network.findings.begin(), host.network.findings.end());
        result.findings.insert(result.findings.end(), disagreements.begin(), disagreements.end());
        HostSettings& out = result.hosts.emplace_back();
        out.host = host.spec->name;
        out.interface = host.network.interface;
        out.address = host.network.address;
        for (auto& [name, setting] : settings) out.settings.push_back(std::move(setting));
    }
    std::ranges::stable_sort(result.findings, {}, &Finding::severity);
    return result;
}

}  // namespace r1cluster
