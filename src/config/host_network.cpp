// SPDX-License-Identifier: Apache-2.0
#include "config/host_network.hpp"

#include "base/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace r1cluster::detail {
namespace {

bool has_address(const Nic& nic, std::string_view address) {
    // The whole of 127.0.0.0/8 answers on loopback, though only 127.0.0.1 is listed.
    if (nic.kind == NicKind::loopback && address.starts_with("127.")) return true;
    return std::ranges::any_of(nic.addresses, [&](const NicAddress& a) { return a.address == address; });
}

// The kernel's answer for one peer, asked by its address or by what its name resolves to.
const Route* route_to(const Machine& machine, const HostSpec& peer) {
    std::vector<std::string> asked{peer.address};
    for (const NameResolution& name : machine.names) {
        if (name.name == peer.address) asked.insert(asked.end(), name.addresses.begin(), name.addresses.end());
    }
    for (const std::string& address : asked) {
        const auto found = std::ranges::find(machine.routes, address, &Route::destination);
        if (found != machine.routes.end()) return &*found;
    }
    return nullptr;
}

// The address of an interface that was named, not found by a route: what the peers use, else the first that
// can be routed.
std::string first_address(const Nic& nic) {
    for (const NicAddress& address : nic.addresses) {
        if (address.address.find(':') == std::string::npos) return address.address;
    }
    for (const NicAddress& address : nic.addresses) {
        if (!address.address.starts_with("fe80:")) return address.address;
    }
    return {};
}

HostNetwork by_spec(const HostSpec& host, const Machine* machine) {
    HostNetwork network{.interface = host.interface,
                        .address = is_ip_address(host.address) ? host.address : std::string(),
                        .interface_because = "the spec names this interface",
                        .address_because = {},
                        .findings = {}};
    if (!machine || machine->nics.empty()) {
        network.interface_because += "; the interfaces of the host could not be seen";
        return network;
    }
    const Nic* nic = find_nic(*machine, host.interface);
    if (!nic) {
        std::string names;
        for (const Nic& other : machine->nics) names += (names.empty() ? "" : ", ") + other.name;
        network.findings.push_back(
            {.id = "config.interface",
             .severity = Severity::error,
             .subject = host.name,
             .observed = fmt::format("the host has no interface \"{}\"; it has {}", host.interface, names),
             .expected = "the interface of the spec exists on its host",
             .remedy = "correct or remove \"interface\" of this host in the spec",
             .source = "docs/settings.md"});
        return network;
    }
    if (network.address.empty()) network.address = first_address(*nic);
    return network;
}

HostNetwork by_route(const HostSpec& host, const std::vector<const HostSpec*>& peers, const Machine* machine) {
    HostNetwork network;
    if (is_ip_address(host.address)) network.address = host.address;
    if (machine) {
        std::string others;
        for (const HostSpec* peer : peers) {
            const Route* route = route_to(*machine, *peer);
            if (!route || route->interface.empty()) continue;
            if (network.interface.empty()) {
                network.interface = route->interface;
                network.interface_because =
                    fmt::format("the kernel's route to {} ({}) leaves by it", peer->name, peer->address);
                if (!route->source_address.empty() && !is_loopback(network.address))
                    network.address = route->source_address;
            } else if (route->interface != network.interface) {
                others += fmt::format("; to {} it would leave by {}", peer->name, route->interface);
            }
        }
        network.interface_because += others;
    }
    if (network.interface.empty()) {
        network.interface_because = "no route from this host to its peers is known";
        network.findings.push_back({.id = "config.interface",
                                    .severity = Severity::unknown,
                                    .subject = host.name,
                                    .observed = network.interface_because,
                                    .expected = "the interface towards the peers is known",
                                    .remedy = "let the host be read, or set \"interface\" of this host in the spec",
                                    .source = "docs/settings.md"});
    }
    return network;
}

}  // namespace

const Nic* find_nic(const Machine& machine, std::string_view name) {
    const auto found = std::ranges::find(machine.nics, name, &Nic::name);
    return found == machine.nics.end() ? nullptr : &*found;
}

HostNetwork host_network(const HostSpec& host, const std::vector<const HostSpec*>& peers, const Machine* machine) {
    HostNetwork network;
    if (!host.interface.empty()) {
        network = by_spec(host, machine);
    } else if (is_loopback(host.address)) {
        network = {.interface = "lo",
                   .address = host.address,
                   .interface_because = "the address in the spec is a loopback address",
                   .address_because = {},
                   .findings = {}};
    } else if (peers.empty()) {
        network = {
            .interface = "lo",
            .address = "127.0.0.1",
            .interface_because = "one host: its ranks talk to each other only, so nothing needs to listen outside",
            .address_because = {},
            .findings = {}};
    } else {
        network = by_route(host, peers, machine);
    }
    network.address_because = fmt::format("address of {}, by which its peers reach {}", network.interface, host.name);
    if (peers.empty() || !is_ip_address(host.address) || network.address == host.address) {
        if (peers.empty()) network.address_because = "one host: " + network.address + " is enough";
        return network;
    }
    // What listens on one address while the peers connect to another hangs at the first rendezvous.
    const Nic* nic = machine ? find_nic(*machine, network.interface) : nullptr;
    if (!nic || has_address(*nic, host.address)) {
        network.address = host.address;
        return network;
    }
    network.findings.push_back(
        {.id = "config.address",
         .severity = Severity::error,
         .subject = host.name,
         .observed =
             fmt::format("the peers connect to {}, but {} has {}", host.address, network.interface, network.address),
         .expected = "the interface towards the peers has the address that they connect to",
         .remedy =
             "give \"address\" of this host in the spec as its peers see it, or name the \"interface\" that has it",
         .source = "docs/settings.md"});
    return network;
}

}  // namespace r1cluster::detail
