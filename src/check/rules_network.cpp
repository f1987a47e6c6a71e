// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/address.hpp"
#include "check/rule.hpp"
#include "r1cluster/spec/ports.hpp"

namespace r1cluster::detail {
namespace {

std::string_view address_variable_of(const CheckInput& input) {
    const EngineLaunch* launch = engine_of(input).launch;
    return launch ? launch->address_variable : "the engine's address";
}

/// The interface by which the spec wants `from` to talk: named, or the one that holds its address.
std::string wanted_interface(const Subject& from) {
    if (!from.host.interface.empty()) return from.host.interface;
    for (const Nic& nic : from.machine.nics) {
        for (const NicAddress& address : nic.addresses) {
            if (address.address == from.host.address) return nic.name;
        }
    }
    return "";
}

Judgement judge_path(const CheckInput& input, const Subject& from, const Subject& to) {
    const std::string expected = fmt::format("{} connects to {} at {}", from.host.name, to.host.name, to.host.address);
    const auto& paths = input.cluster.paths;
    const auto path = std::find_if(paths.begin(), paths.end(), [&](const HostPath& tried) {
        return tried.from == from.host.name && tried.to == to.host.name;
    });
    if (path == paths.end()) {
        return {{{Severity::unknown, "not tried", expected, "reach both hosts, then check again"}}};
    }
    if (!path->is_connected) {
        return {{{Severity::error, path->because.empty() ? "no connection" : path->because, expected,
                  fmt::format("open TCP from {} to {} in firewalls, or give another address in [[host]]; try: {}",
                              from.host.name, to.host.name, command_on(from.host, "ping -c 1 " + to.host.address))}}};
    }
    const std::string wanted = wanted_interface(from);
    if (wanted.empty() || path->interface.empty() || path->interface == wanted) return passed;
    return {{{Severity::warning, fmt::format("the path leaves by {}", path->interface),
              fmt::format("it leaves by {}, towards which the peers connect", wanted),
              fmt::format("set interface = \"{}\" for {}, or an address of that interface; see: {}", path->interface,
                          from.host.name, command_on(from.host, "ip route get " + to.host.address))}}};
}

void judge_paths(const CheckInput& input, Verdicts& verdicts) {
    for (const HostSpec& from : input.spec.hosts) {
        for (const HostSpec& to : input.spec.hosts) {
            if (from.name == to.name) continue;
            const Machine* near = input.cluster.find(from.name);
            const Machine* far = input.cluster.find(to.name);
            if (!near || !far || !near->is_reached() || !far->is_reached()) {
                verdicts.add_unreached();
            } else {
                verdicts.add(from.name + " -> " + to.name, judge_path(input, {from, *near}, {to, *far}));
            }
        }
    }
}

const PortState* find_port(const Machine& machine, const PlannedPort& planned) {
    const PortState* found = nullptr;
    for (const PortState& port : machine.ports) {
        if (port.port != planned.port) continue;
        if (port.address == planned.address) return &port;
        // A port that could be bound on all addresses can be bound on this one.
        if (port.is_free && (port.address == "0.0.0.0" || port.address == "::")) found = &port;
    }
    return found;
}

void judge_ports(const CheckInput& input, Verdicts& verdicts) {
    for (const PlannedPort& planned : planned_ports(input.spec)) {
        const Machine* machine = input.cluster.find(planned.host);
        if (!machine || !machine->is_reached()) {
            verdicts.add_unreached();
            continue;
        }
        const std::string subject = fmt::format("{}: {}:{}", planned.host, planned.address, planned.port);
        const std::string expected = fmt::format("the port of the {} is free", planned.purpose);
        const PortState* port = find_port(*machine, planned);
        if (!port) {
            verdicts.add(subject,
                         {{unseen(*machine, fmt::format("port.{}:{}", planned.address, planned.port), expected)}});
        } else if (port->is_free) {
            verdicts.add(subject, passed);
        } else {
            const std::string holder = port->holder.empty() ? "" : ", held by " + port->holder;
            verdicts.add(subject, {{{Severity::error, port->because + holder, expected,
                                     "end the holder, or take another [serve] port (the other ports follow it)"}}});
        }
    }
}

const NameResolution* find_name(const Machine& machine, std::string_view name) {
    for (const NameResolution& resolution : machine.names) {
        if (resolution.name == name) return &resolution;
    }
    return nullptr;
}

std::string find_loopback(const Machine& machine, std::string_view name) {
    const NameResolution* resolution = find_name(machine, name);
    if (!resolution) return "";
    const auto found = std::find_if(resolution->addresses.begin(), resolution->addresses.end(), is_loopback);
    return found == resolution->addresses.end() ? "" : *found;
}

/// The address of one host, as itself and its peers see it.
void judge_address(const CheckInput& input, const Subject& subject, std::vector<Violation>& problems) {
    const bool are_all_local = std::all_of(input.spec.hosts.begin(), input.spec.hosts.end(),
                                           [](const HostSpec& host) { return host.transport == Transport::local; });
    if (are_all_local) return;
    const std::string& address = subject.host.address;
    const std::string expected = "the other hosts can reach the address";
    const std::string remedy = fmt::format(
        "set address of {} in the spec to an IP address of the network between the hosts", subject.host.name);
    if (is_loopback(address)) {
        problems.push_back({Severity::error, fmt::format("the address {} is loopback", address), expected, remedy});
        return;
    }
    if (is_ip_address(address)) return;
    for (const Subject& peer : reached_hosts(input)) {
        if (peer.host.name == subject.host.name) continue;
        if (!find_name(peer.machine, address)) {
            problems.push_back(unseen(peer.machine, "name." + address, expected));
        } else if (const std::string loopback = find_loopback(peer.machine, address); !loopback.empty()) {
            problems.push_back({Severity::error,
                                fmt::format("{} resolves to {} on {}", address, loopback, peer.host.name), expected,
                                remedy});
        }
    }
}

Judgement judge_name(const CheckInput& input, const Subject& subject) {
    std::vector<Violation> problems;
    judge_address(input, subject, problems);
    const std::string& hostname = subject.machine.hostname;
    const std::string expected = "the host's own name resolves to an address that its peers reach";
    if (hostname.empty() || !find_name(subject.machine, hostname)) {
        problems.push_back(unseen(subject.machine, hostname.empty() ? "hostname" : "name." + hostname, expected));
    } else if (const std::string loopback = find_loopback(subject.machine, hostname); !loopback.empty()) {
        problems.push_back(
            {Severity::warning,
             fmt::format(
                 "{} resolves to {} on itself; r1cluster sets {} and the interface, but other programs would announce "
                 "that address",
                 hostname, loopback, address_variable_of(input)),
             expected,
             command_on(subject.host,
                        fmt::format("sudoedit /etc/hosts  # {}", subject.host.address + " " + hostname))});
    }
    return problems;
}

constexpr std::array network_rule_list{
    Rule{"path.both_ways", judge_paths},
    Rule{"name.not_loopback", each_of_several_hosts<judge_name>},
    Rule{"ports.free", judge_ports},
};

}  // namespace

std::span<const Rule> network_rules() { return network_rule_list; }

}  // namespace r1cluster::detail
