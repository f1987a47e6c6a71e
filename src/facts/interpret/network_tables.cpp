// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "facts/interpret/said.hpp"
#include "readings/calls_devices.hpp"

namespace r1cluster::detail {
namespace {

/// The rules that every Linux has: local addresses, main table, default table.
constexpr int standing_priorities[] = {0, 32766, 32767};

void interpret_links(Said& said) {
    const auto links = said.shaped<std::vector<calls::Link>>("links()", {"nics.vlan", "VLANs"});
    auto& nics = said.machine().nics;
    if (!links) {
        const bool has_vlan = std::any_of(nics.begin(), nics.end(), [](const Nic& nic) { return nic.kind == "vlan"; });
        if (has_vlan && !said.call("links()")) said.gap({"nics.vlan", "VLANs"}, said.why_no_call("links()"));
        return;
    }
    std::map<std::string, Nic*> by_name;
    for (Nic& nic : nics) by_name[nic.name] = &nic;
    for (const calls::Link& link : *links) {
        const auto found = by_name.find(link.name);
        if (found == by_name.end()) continue;
        Nic* nic = found->second;
        if (link.kind == "vlan" && link.vlan_id) {
            nic->kind = "vlan";
            nic->vlan_id = link.vlan_id;
        }
        if (nic->lower.empty() && !link.parent.empty()) nic->lower.push_back(link.parent);
    }
}

void interpret_route_table(Said& said) {
    const auto table = said.shaped<calls::RouteTable>("routes()", {"routes", "routes"});
    if (!table) {
        if (!said.call("routes()")) said.gap({"routes", "routes"}, said.why_no_call("routes()"));
        return;
    }
    for (const calls::RouteEntry& entry : table->entries) {
        said.machine().route_entries.push_back(
            {entry.destination, entry.interface, entry.source, entry.gateway, entry.table, entry.metric});
    }
    if (!table->is_complete) {
        said.gap({"routes", "routes"},
                 fmt::format("more than {} routes, of which these are kept", table->entries.size()));
    }
}

void interpret_policies(Said& said) {
    const auto policies =
        said.shaped<std::vector<calls::RoutePolicy>>("route_policies()", {"route_policies", "policy rules"});
    if (!policies) {
        if (!said.call("route_policies()"))
            said.gap({"route_policies", "policy rules"}, said.why_no_call("route_policies()"));
        return;
    }
    for (const calls::RoutePolicy& policy : *policies) {
        const auto* end = std::end(standing_priorities);
        if (std::find(std::begin(standing_priorities), end, policy.priority) != end) continue;
        said.machine().route_policies.push_back(
            {policy.priority, policy.family, policy.source, policy.destination, policy.interface, policy.table});
    }
}

}  // namespace

void interpret_network_tables(Said& said) {
    interpret_links(said);
    interpret_route_table(said);
    interpret_policies(said);
}

}  // namespace r1cluster::detail
