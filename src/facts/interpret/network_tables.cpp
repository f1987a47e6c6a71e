// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "facts/interpret/host_answers.hpp"
#include "readings/calls_devices.hpp"

namespace r1cluster::detail {
namespace {

/// The rules that every Linux has: local addresses, main table, default table.
constexpr int standing_priorities[] = {0, 32766, 32767};

void interpret_links(HostAnswers& answers) {
    const auto links = answers.shaped<std::vector<calls::Link>>("links()", {"nics.vlan", "VLANs"});
    auto& nics = answers.machine().nics;
    if (!links) {
        const bool has_vlan =
            std::any_of(nics.begin(), nics.end(), [](const Nic& nic) { return nic.kind == NicKind::vlan; });
        if (has_vlan && !answers.call("links()")) answers.gap({"nics.vlan", "VLANs"}, answers.why_no_call("links()"));
        return;
    }
    std::map<std::string, Nic*> by_name;
    for (Nic& nic : nics) by_name[nic.name] = &nic;
    for (const calls::Link& link : *links) {
        const auto found = by_name.find(link.name);
        if (found == by_name.end()) continue;
        Nic* nic = found->second;
        if (link.kind == "vlan" && link.vlan_id) {
            nic->kind = NicKind::vlan;
            nic->vlan_id = link.vlan_id;
        }
        if (nic->lower.empty() && !link.parent.empty()) nic->lower.push_back(link.parent);
    }
}

void interpret_route_table(HostAnswers& answers) {
    const auto table = answers.shaped<calls::RouteTable>("routes()", {"routes", "routes"});
    if (!table) {
        if (!answers.call("routes()")) answers.gap({"routes", "routes"}, answers.why_no_call("routes()"));
        return;
    }
    for (const calls::RouteEntry& entry : table->entries) {
        answers.machine().route_entries.push_back(
            {entry.destination, entry.interface, entry.source, entry.gateway, entry.table, entry.metric});
    }
    if (!table->is_complete) {
        answers.gap({"routes", "routes"},
                    fmt::format("more than {} routes, of which these are kept", table->entries.size()));
    }
}

void interpret_policies(HostAnswers& answers) {
    const auto policies =
        answers.shaped<std::vector<calls::RoutePolicy>>("route_policies()", {"route_policies", "policy rules"});
    if (!policies) {
        if (!answers.call("route_policies()"))
            answers.gap({"route_policies", "policy rules"}, answers.why_no_call("route_policies()"));
        return;
    }
    for (const calls::RoutePolicy& policy : *policies) {
        const auto* end = std::end(standing_priorities);
        if (std::find(std::begin(standing_priorities), end, policy.priority) != end) continue;
        answers.machine().route_policies.push_back(
            {policy.priority, policy.family, policy.source, policy.destination, policy.interface, policy.table});
    }
}

}  // namespace

void interpret_network_tables(HostAnswers& answers) {
    interpret_links(answers);
    interpret_route_table(answers);
    interpret_policies(answers);
}

}  // namespace r1cluster::detail
