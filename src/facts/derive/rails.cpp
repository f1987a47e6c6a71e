// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "facts/derive/derive.hpp"

namespace r1cluster::detail {
namespace {

struct Port {
    RailPort name;
    LinkLayer link_layer = LinkLayer::unknown;
    std::optional<double> rate_gbps;
    std::string subnet;  ///< GID prefix or IP network; empty: not known
    std::string beside;  ///< GPU that it is nearest to
};

/// "10.1.0.5", 16 -> "10.1.0.0/16"; empty for what is not IPv4.
std::string network_of(const NicAddress& address) {
    std::array<unsigned, 4> bytes{};
    const char* at = address.address.data();
    const char* end = at + address.address.size();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto [stop, error] = std::from_chars(at, end, bytes[i]);
        const bool is_last = i + 1 == bytes.size();
        if (error != std::errc{} || bytes[i] > 255 || (is_last ? stop != end : stop == end || *stop != '.')) return "";
        at = stop + 1;
    }
    if (address.prefix_length < 0 || address.prefix_length > 32) return "";
    for (int i = 0; i < 4; ++i) {
        const int kept = std::clamp(address.prefix_length - 8 * i, 0, 8);
        bytes[static_cast<std::size_t>(i)] &= 0xFFU << (8 - kept);
    }
    return fmt::format("{}.{}.{}.{}/{}", bytes[0], bytes[1], bytes[2], bytes[3], address.prefix_length);
}

std::string subnet_of(const Machine& machine, const HcaPort& port) {
    if (port.link_layer == LinkLayer::infiniband) {
        // The first 64 bits of the first GID are the subnet prefix that the subnet manager gave.
        return port.gids.empty() || port.gids.front().gid.size() < 19 ? "" : port.gids.front().gid.substr(0, 19);
    }
    for (const Nic& nic : machine.nics) {
        if (nic.name != port.netdev) continue;
        for (const NicAddress& address : nic.addresses) {
            if (std::string network = network_of(address); !network.empty()) return network;
        }
    }
    return "";
}

std::string nearest_gpu(const Machine& machine, const std::string& hca) {
    const DevicePath* nearest = nullptr;
    for (const DevicePath& path : machine.device_paths) {
        if (path.to != hca || !path.from.starts_with("gpu") || path.nccl_path == NcclPath::unknown) continue;
        if (!nearest || path.nccl_path < nearest->nccl_path) nearest = &path;
    }
    return nearest && is_within(nearest->nccl_path, NcclPath::pxb) ? nearest->from : "";
}

/// Compute ports in the order of the GPUs beside them, then of their names.
std::vector<Port> ports_of(const Machine& machine) {
    std::vector<Port> ports;
    for (const Hca& hca : machine.hcas) {
        if (hca.role != HcaRole::compute) continue;
        for (const HcaPort& port : hca.ports) {
            if (port.state != HcaPortState::active) continue;
            ports.push_back({{machine.host, hca.name, port.number},
                             port.link_layer,
                             port.rate_gbps,
                             subnet_of(machine, port),
                             nearest_gpu(machine, hca.name)});
        }
    }
    const auto number = [](const std::string& gpu) {
        int value = 1 << 20;
        if (gpu.size() > 3) std::from_chars(gpu.data() + 3, gpu.data() + gpu.size(), value);
        return value;
    };
    std::stable_sort(ports.begin(), ports.end(),
                     [&](const Port& a, const Port& b) { return number(a.beside) < number(b.beside); });
    return ports;
}

/// True where the subnets of each host's ports differ from each other: then they tell the rails.
bool subnets_tell(const std::vector<std::vector<Port>>& hosts) {
    for (const std::vector<Port>& ports : hosts) {
        for (std::size_t i = 0; i < ports.size(); ++i) {
            if (ports[i].subnet.empty()) return false;
            for (std::size_t j = i + 1; j < ports.size(); ++j) {
                if (ports[j].subnet == ports[i].subnet) return false;
            }
        }
    }
    return true;
}

void add(Rail& rail, const Port& port) {
    rail.ports.push_back(port.name);
    if (rail.link_layer == LinkLayer::unknown) rail.link_layer = port.link_layer;
    if (port.rate_gbps) rail.rate_gbps = std::min(rail.rate_gbps.value_or(*port.rate_gbps), *port.rate_gbps);
}

}  // namespace

void derive_rails(Cluster& cluster) {
    cluster.rails.clear();
    std::vector<std::vector<Port>> hosts;
    for (const Machine& machine : cluster.machines) {
        std::vector<Port> ports = ports_of(machine);
        if (!ports.empty()) hosts.push_back(std::move(ports));
    }
    if (hosts.size() < 2) return;
    const bool by_subnet = subnets_tell(hosts);
    // The first host that has a port in a place gives the rail its place and its name.
    std::vector<std::pair<std::string, Rail>> rails;
    for (const std::vector<Port>& ports : hosts) {
        for (std::size_t i = 0; i < ports.size(); ++i) {
            const std::string key = by_subnet ? ports[i].subnet : std::to_string(i);
            auto found =
                std::find_if(rails.begin(), rails.end(), [&](const auto& entry) { return entry.first == key; });
            if (found == rails.end()) {
                Rail rail;
                rail.index = static_cast<int>(rails.size());
                if (by_subnet) {
                    rail.because = "same subnet " + key;
                } else {
                    rail.because = ports[i].beside.empty() ? fmt::format("compute port number {} of each host", i)
                                                           : fmt::format("beside {} of each host", ports[i].beside);
                    rail.because += ports[i].subnet.empty() ? "; subnets were not seen" : "; one subnet for all ports";
                }
                found = rails.insert(rails.end(), {key, std::move(rail)});
            }
            add(found->second, ports[i]);
        }
    }
    for (auto& [key, rail] : rails) cluster.rails.push_back(std::move(rail));
}

}  // namespace r1cluster::detail
