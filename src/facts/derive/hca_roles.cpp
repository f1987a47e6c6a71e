// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "facts/derive/derive.hpp"

namespace r1cluster::detail {
namespace {

/// What the ports of one kind of rail have in common.
using Kind = std::tuple<LinkLayer, double>;  // link layer, Gb/s

const HcaPort* active_port(const Hca& hca) {
    for (const HcaPort& port : hca.ports) {
        if (port.state == HcaPortState::active) return &port;
    }
    return nullptr;
}

Kind kind_of(const HcaPort& port) { return {port.link_layer, port.rate_gbps.value_or(0)}; }

std::string text_of(const HcaPort& port) {
    const bool is_known = port.link_layer != LinkLayer::unknown;
    const std::string layer(is_known ? to_text(port.link_layer) : "of unknown link layer");
    return port.rate_gbps ? fmt::format("{:g} Gb/s {}", *port.rate_gbps, layer) : layer + " of unknown rate";
}

std::string states_of(const Hca& hca) {
    std::string text;
    for (const HcaPort& port : hca.ports) {
        text += fmt::format("{}port {} is {}", text.empty() ? "" : ", ", port.number,
                            port.state == HcaPortState::unknown ? "in an unknown state" : to_text(port.state));
    }
    return text;
}

/// Device names of the HCAs that share a switch with a GPU.
std::vector<std::string_view> beside_gpus(const Machine& machine) {
    std::vector<std::string_view> names;
    for (const DevicePath& path : machine.device_paths) {
        const bool is_near = path.nccl_path == NcclPath::pix || path.nccl_path == NcclPath::pxb;
        // GPUs stand before HCAs in every path.
        if (is_near && path.from.starts_with("gpu") && !path.to.starts_with("gpu")) names.push_back(path.to);
    }
    return names;
}

bool bears_default_route(const Machine& machine, const std::string& netdev) {
    for (const RouteEntry& route : machine.route_entries) {
        if (route.destination == "default" && route.interface == netdev) return true;
        // The route may leave by a bond or a VLAN on top of the port.
        if (route.destination != "default") continue;
        for (const Nic& nic : machine.nics) {
            const bool is_above = nic.name == route.interface;
            if (is_above && std::find(nic.lower.begin(), nic.lower.end(), netdev) != nic.lower.end()) return true;
        }
    }
    return false;
}

void judge_other(const Machine& machine, const HcaPort& port, const std::string& rails, Hca& hca) {
    const std::string unlike = fmt::format("{}, unlike {}", text_of(port), rails);
    if (port.netdev.empty() || machine.route_entries.empty()) {
        hca.role = HcaRole::storage_or_management;
        hca.role_because = unlike + "; its network interface or the routes were not seen";
    } else if (bears_default_route(machine, port.netdev)) {
        hca.role = HcaRole::management;
        hca.role_because = fmt::format("{}; the default route leaves by {}", unlike, port.netdev);
    } else {
        hca.role = HcaRole::storage;
        hca.role_because = fmt::format("{}; no default route leaves by {}", unlike, port.netdev);
    }
}

}  // namespace

void derive_hca_roles(Machine& machine) {
    const std::vector<std::string_view> near = beside_gpus(machine);
    const auto is_near = [&](const Hca& hca) { return std::find(near.begin(), near.end(), hca.name) != near.end(); };

    // Rails are the kind of port of which most stand beside GPUs; then of which there are most; then the fastest.
    std::map<Kind, std::pair<int, int>> kinds;  // near, all
    for (const Hca& hca : machine.hcas) {
        const HcaPort* port = active_port(hca);
        if (!port) continue;
        auto& [near_count, count] = kinds[kind_of(*port)];
        near_count += is_near(hca) ? 1 : 0;
        ++count;
    }
    const auto best = std::max_element(kinds.begin(), kinds.end(), [](const auto& a, const auto& b) {
        const auto& [a_layer, a_rate] = a.first;
        const auto& [b_layer, b_rate] = b.first;
        return std::tuple(a.second, a_rate, a_layer == LinkLayer::infiniband) <
               std::tuple(b.second, b_rate, b_layer == LinkLayer::infiniband);
    });
    for (Hca& hca : machine.hcas) {
        const HcaPort* port = active_port(hca);
        if (!port) {
            const bool is_known = std::any_of(hca.ports.begin(), hca.ports.end(),
                                              [](const HcaPort& one) { return one.state != HcaPortState::unknown; });
            hca.role = is_known ? HcaRole::down : HcaRole::unknown;
            hca.role_because = hca.ports.empty() ? "no port was seen" : states_of(hca);
            continue;
        }
        const auto [near_count, count] = best->second;
        const std::string rails = fmt::format("the {} port{} for GPUs", count, count == 1 ? "" : "s");
        if (kind_of(*port) != best->first) {
            judge_other(machine, *port, rails, hca);
        } else if (near_count > 0 && !is_near(hca)) {
            hca.role = HcaRole::compute;
            hca.role_because =
                fmt::format("{} like the {} beside GPUs, itself beside none", text_of(*port), near_count);
        } else {
            hca.role = HcaRole::compute;
            hca.role_because = text_of(*port) + (near_count > 0 ? ", beside a GPU" : fmt::format(", one of {}", count));
        }
    }
}

}  // namespace r1cluster::detail
