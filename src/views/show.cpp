// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "r1cluster/views/views.hpp"
#include "views/branches.hpp"
#include "views/judgement.hpp"
#include "views/words.hpp"

namespace r1cluster {
namespace {

using detail::Branch;

Branch path_branch(const HostPath& path) {
    const std::string way = fmt::format("{} -> {}", path.from, path.to);
    if (!path.is_connected) return {fmt::format("{}: not connected: {}", way, path.because)};
    std::string line = fmt::format("{}: {} -> {}", way, path.from_address, path.to_address);
    if (!path.interface.empty()) line += " over " + path.interface;
    if (path.round_trip_us) line += fmt::format(", round trip {:.0f} us", *path.round_trip_us);
    return {line};
}

Branch rail_branch(const Rail& rail) {
    std::vector<std::string> ports;
    for (const RailPort& port : rail.ports) {
        ports.push_back(
            fmt::format("{} {}{}", port.host, port.hca, port.port == 1 ? "" : fmt::format(" port {}", port.port)));
    }
    std::string line = fmt::format("rail {}: {}, {}", rail.index, detail::rate_text(rail.rate_gbps),
                                   detail::layer_text(rail.link_layer));
    if (!rail.because.empty()) line += ", " + rail.because;
    return {line, {{detail::joined(ports)}}};
}

/// Hosts that say the same stand together: one odd host among many is seen at once.
Branch difference_branch(const Difference& difference) {
    std::map<std::string, std::vector<std::string>> hosts;
    for (const auto& [host, value] : difference.values) hosts[value.empty() ? "not known" : value].push_back(host);
    std::vector<std::string> parts;
    for (const auto& [value, names] : hosts) parts.push_back(fmt::format("{} on {}", value, detail::joined(names)));
    return {difference.subject + ": " + detail::joined(parts, "; ")};
}

template <class Value, class Draw>
std::string section(const std::string& title, const std::vector<Value>& values, Draw draw) {
    std::vector<Branch> branches;
    for (const Value& value : values) branches.push_back(draw(value));
    return title + "\n" + detail::drawn(branches);
}

}  // namespace

std::string show(const Machine& machine) {
    const std::string out = fmt::format("{}: {}\n", machine.host, detail::judgement(machine));
    if (!machine.is_reached()) return out;
    std::vector<Branch> branches;
    if (!machine.problems.empty()) branches.push_back(detail::problems_branch(machine));
    branches.push_back(detail::system_branch(machine));
    branches.push_back(detail::gpus_branch(machine));
    if (!machine.hcas.empty()) branches.push_back(detail::hcas_branch(machine));
    if (!machine.pci_devices.empty()) branches.push_back(detail::pci_branch(machine));
    for (Branch& branch : std::vector<Branch>{detail::network_branch(machine), detail::software_branch(machine),
                                              detail::files_branch(machine)}) {
        if (!branch.branches.empty()) branches.push_back(std::move(branch));
    }
    if (!machine.gaps.empty()) branches.push_back(detail::gaps_branch(machine));
    return out + detail::drawn(branches);
}

std::string show(const Cluster& cluster) {
    std::string out;
    for (const Machine& machine : cluster.machines) out += show(machine) + "\n";
    if (!cluster.rails.empty()) out += section("Rails: HCAs that face each other", cluster.rails, rail_branch) + "\n";
    if (cluster.paths.empty())
        out += "How they reach each other: not tried\n";
    else
        out += section("How they reach each other", cluster.paths, path_branch);
    if (!cluster.differences.empty())
        out += "\n" + section("What differs between them", cluster.differences, difference_branch);
    return out;
}

}  // namespace r1cluster
