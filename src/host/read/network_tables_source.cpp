// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>

#include <array>
#include <map>

#include "host/read/netlink_dump.hpp"
#include "host/read/sources.hpp"
#include "readings/calls_devices.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_links = 4096;
constexpr std::size_t max_entries = 4096;  // a router of the Internet has a million
constexpr unsigned local_table = 255;      // addresses of the host itself

std::string text_in(std::string_view payload) { return std::string(payload.substr(0, payload.find('\0'))); }

std::string address_in(int family, std::string_view payload) {
    if (payload.size() < (family == AF_INET ? 4U : 16U)) return "";
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, payload.data(), text.data(), text.size());
    return text.data();
}

struct Links {
    std::vector<calls::Link> links;
    std::map<int, std::string> names;  ///< by the kernel's index
};

void read_kind(std::string_view payload, calls::Link& link) {
    std::string_view data;
    each_attribute(payload, [&](int type, std::string_view value) {
        if (type == IFLA_INFO_KIND) link.kind = text_in(value);
        if (type == IFLA_INFO_DATA) data = value;
    });
    if (link.kind != "vlan") return;  // each kind numbers its attributes anew
    each_attribute(data, [&](int type, std::string_view value) {
        if (type != IFLA_VLAN_ID) return;
        if (const auto id = number_in<std::uint16_t>(value)) link.vlan_id = *id;
    });
}

Links links() {
    Links found;
    std::vector<int> parents;
    netlink_dump(RTM_GETLINK, AF_UNSPEC, [&](const nlmsghdr& message) {
        ifinfomsg header{};
        const auto attributes = attributes_of(message, header);
        if (message.nlmsg_type != RTM_NEWLINK || !attributes) return true;
        calls::Link link;
        int parent = 0;
        each_attribute(*attributes, [&](int type, std::string_view value) {
            if (type == IFLA_IFNAME) link.name = text_in(value);
            if (type == IFLA_LINK) parent = number_in<int>(value).value_or(0);
            if (type == IFLA_LINKINFO) read_kind(value, link);
        });
        found.names[header.ifi_index] = link.name;
        found.links.push_back(link);
        parents.push_back(parent);
        return found.links.size() < max_links;
    });
    for (std::size_t i = 0; i < parents.size(); ++i) {
        // The other end of a veth may be in another network namespace, where its number means another interface.
        const bool is_here = found.links[i].kind != "veth" && found.names.contains(parents[i]);
        if (is_here && found.names[parents[i]] != found.links[i].name) found.links[i].parent = found.names[parents[i]];
    }
    return found;
}

/// One entry for each next hop of a route.
void add_next_hops(int family, std::string_view payload, const std::map<int, std::string>& names,
                   const calls::RouteEntry& route, std::vector<calls::RouteEntry>& entries) {
    while (payload.size() >= sizeof(rtnexthop)) {
        rtnexthop hop{};
        std::memcpy(&hop, payload.data(), sizeof hop);
        if (hop.rtnh_len < sizeof hop || hop.rtnh_len > payload.size()) return;
        calls::RouteEntry entry = route;
        if (const auto name = names.find(hop.rtnh_ifindex); name != names.end()) entry.interface = name->second;
        each_attribute(payload.substr(sizeof hop, hop.rtnh_len - sizeof hop), [&](int type, std::string_view value) {
            if (type == RTA_GATEWAY) entry.gateway = address_in(family, value);
        });
        entries.push_back(entry);
        payload.remove_prefix(std::min<std::size_t>(RTNH_ALIGN(hop.rtnh_len), payload.size()));
    }
}

/// A route by the other family's gateway (RTA_VIA: two bytes of family, then the address).
std::string via_in(std::string_view payload) {
    const auto family = number_in<std::uint16_t>(payload);
    return family ? address_in(*family, payload.substr(sizeof *family)) : "";
}

void add_route(const nlmsghdr& message, const std::map<int, std::string>& names,
               std::vector<calls::RouteEntry>& entries) {
    rtmsg header{};
    const auto attributes = attributes_of(message, header);
    const bool is_ours = attributes && message.nlmsg_type == RTM_NEWROUTE && header.rtm_type == RTN_UNICAST &&
                         (header.rtm_flags & RTM_F_CLONED) == 0;
    if (!is_ours) return;
    const int family = header.rtm_family;
    calls::RouteEntry route;
    unsigned table = header.rtm_table;
    std::string_view hops;
    each_attribute(*attributes, [&](int type, std::string_view value) {
        if (type == RTA_TABLE) table = number_in<unsigned>(value).value_or(table);
        if (type == RTA_DST) route.destination = fmt::format("{}/{}", address_in(family, value), header.rtm_dst_len);
        if (type == RTA_PREFSRC) route.source = address_in(family, value);
        if (type == RTA_GATEWAY) route.gateway = address_in(family, value);
        if (type == RTA_VIA) route.gateway = via_in(value);
        if (type == RTA_PRIORITY) route.metric = static_cast<int>(number_in<unsigned>(value).value_or(0));
        if (type == RTA_MULTIPATH) hops = value;
        if (type != RTA_OIF) return;
        if (const auto name = names.find(number_in<int>(value).value_or(0)); name != names.end()) {
            route.interface = name->second;
        }
    });
    if (table == local_table) return;
    route.table = static_cast<int>(table);
    if (route.destination.empty()) route.destination = "default";
    if (hops.empty()) {
        entries.push_back(route);
    } else {
        add_next_hops(family, hops, names, route, entries);
    }
}

calls::RouteTable routes(const std::map<int, std::string>& names) {
    calls::RouteTable table{true, {}};
    for (const int family : {AF_INET, AF_INET6}) {
        netlink_dump(RTM_GETROUTE, static_cast<unsigned char>(family), [&](const nlmsghdr& message) {
            add_route(message, names, table.entries);
            return table.entries.size() <= max_entries;
        });
    }
    table.is_complete = table.entries.size() <= max_entries;
    if (!table.is_complete) table.entries.resize(max_entries);
    return table;
}

std::vector<calls::RoutePolicy> policies() {
    std::vector<calls::RoutePolicy> found;
    for (const int family : {AF_INET, AF_INET6}) {
        netlink_dump(RTM_GETRULE, static_cast<unsigned char>(family), [&](const nlmsghdr& message) {
            fib_rule_hdr header{};
            const auto attributes = attributes_of(message, header);
            if (message.nlmsg_type != RTM_NEWRULE || !attributes) return true;
            calls::RoutePolicy policy;
            policy.family = family == AF_INET ? "ipv4" : "ipv6";
            unsigned table = header.table;
            each_attribute(*attributes, [&](int type, std::string_view value) {
                if (type == FRA_PRIORITY) policy.priority = static_cast<int>(number_in<unsigned>(value).value_or(0));
                if (type == FRA_TABLE) table = number_in<unsigned>(value).value_or(table);
                if (type == FRA_IIFNAME) policy.interface = text_in(value);
                if (type == FRA_SRC) policy.source = fmt::format("{}/{}", address_in(family, value), header.src_len);
                if (type == FRA_DST) {
                    policy.destination = fmt::format("{}/{}", address_in(family, value), header.dst_len);
                }
            });
            policy.table = static_cast<int>(table);
            found.push_back(policy);
            return found.size() < max_entries;
        });
    }
    return found;
}

}  // namespace

void read_network_tables(Readings& readings) {
    std::map<int, std::string> names;
    readings.calls["links()"] = answer([&] {
        Links found = links();
        names = std::move(found.names);
        return calls::to_text(found.links);
    });
    readings.calls["routes()"] = answer([&] { return calls::to_text(routes(names)); });
    readings.calls["route_policies()"] = answer([] { return calls::to_text(policies()); });
}

}  // namespace r1cluster::detail
