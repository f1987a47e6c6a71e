// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "r1cluster/knowledge/knowledge.hpp"
#include "speed/model.hpp"

namespace r1cluster::detail {
namespace {

/// One way that messages may go.
struct Way {
    std::string name;
    Interval gbytes_per_s;
    Interval latency_us;
    std::string because;
};

using knowledge::LinkFigure;

Interval scaled(const Interval& share, double rate) {
    return {share.low * rate, share.likely * rate, share.high * rate};
}

/// One way, by the rate of a lane in GT/s.
double pcie_gbytes_per_s(double gigatransfers_per_s, int width, const Knowledge& knowledge) {
    return gigatransfers_per_s / 8 * width * knowledge.figure(LinkFigure::pcie_data_share).likely;
}

double pcie_gbytes_per_s(int generation, const Knowledge& knowledge) {
    constexpr double generation_3 = 8;  // GT/s; each further generation doubles it
    return pcie_gbytes_per_s(generation_3 * static_cast<double>(1 << std::max(0, generation - 3)), 16, knowledge);
}

double nvlink_gbytes_per_s(const Gpu& gpu) {
    double sum = 0;
    for (const NvLink& link : gpu.nvlinks) {
        if (link.is_active && link.speed_mbps) sum += *link.speed_mbps / 1000.0;
    }
    return sum;
}

Way over_nvlink(double gbytes_per_s, const Knowledge& knowledge, std::string because) {
    return {"NVLink", scaled(knowledge.figure(LinkFigure::nvlink_efficiency), gbytes_per_s),
            knowledge.figure(LinkFigure::nvlink_latency_us), std::move(because)};
}

Way over_unknown(const Knowledge& knowledge, std::string because) {
    return {"an unknown link", knowledge.figure(LinkFigure::unknown_link_gbytes_per_s),
            knowledge.figure(LinkFigure::unknown_link_latency_us), std::move(because)};
}

Way over_pcie(const Gpu& gpu, const knowledge::GpuFigures* figures, const Knowledge& knowledge, std::string because) {
    double rate = 0;
    if (gpu.link.max_speed_gts && gpu.link.max_width) {
        rate = pcie_gbytes_per_s(*gpu.link.max_speed_gts, *gpu.link.max_width, knowledge);
    }
    if (rate == 0) rate = pcie_gbytes_per_s(figures ? figures->pcie_generation : 4, knowledge);
    return {"PCIe", scaled(knowledge.figure(LinkFigure::pcie_efficiency), rate),
            knowledge.figure(LinkFigure::pcie_latency_us), fmt::format("{}: PCIe of {:.0f} GB/s", because, rate)};
}

/// Between the GPUs of one host.
Way in_host(const Machine& machine, const HostDevices& host, const Knowledge& knowledge) {
    const Gpu* first = machine.find_gpu(host.devices[0].gpu.value_or(-1));
    const Gpu* second = machine.find_gpu(host.devices[1].gpu.value_or(-1));
    if (!first || !second) {
        return over_unknown(knowledge, fmt::format("the GPUs of \"{}\" are not known", host.host));
    }
    const knowledge::GpuFigures* figures = knowledge.find_gpu_figures(first->name);
    const DevicePath* path = machine.find_path(device_name(*first), device_name(*second));
    const bool is_path_nvlink = path && path->path.rfind("NV", 0) == 0;
    const double links = nvlink_gbytes_per_s(*first);
    if (is_path_nvlink || (active_nvlinks(*first) > 0 && (!path || path->path.empty()))) {
        const double rate = links > 0 ? links : figures ? figures->nvlink_gbytes_per_s : 0;
        if (rate > 0) {
            return over_nvlink(
                rate, knowledge,
                fmt::format("\"{}\": NVLink of {:.0f} GB/s, {} links up", host.host, rate, active_nvlinks(*first)));
        }
    }
    if (path && !path->path.empty() && !is_path_nvlink) {
        return over_pcie(*first, figures, knowledge,
                         fmt::format("\"{}\": GPUs see each other as {}", host.host, path->path));
    }
    if (figures && figures->nvlink_gbytes_per_s == 0) {
        return over_pcie(*first, figures, knowledge, fmt::format("\"{}\": {} has no NVLink", host.host, first->name));
    }
    if (figures) {
        Way way = over_nvlink(figures->nvlink_gbytes_per_s, knowledge,
                              fmt::format("\"{}\": its NVLinks were not seen; {} has them, so they are taken as up",
                                          host.host, first->name));
        way.gbytes_per_s.low =
            knowledge.figure(LinkFigure::pcie_efficiency).low * pcie_gbytes_per_s(figures->pcie_generation, knowledge);
        way.latency_us.high = knowledge.figure(LinkFigure::pcie_latency_us).likely;
        return way;
    }
    return over_unknown(knowledge,
                        fmt::format("how the GPUs of \"{}\" reach each other was not seen: anything between PCIe and "
                                    "NVLink; all_reduce_perf of nccl-tests would tell",
                                    host.host));
}

/// What NCCL would use for RDMA on one host.
struct Rdma {
    double gbytes_per_s = 0;
    int ports = 0;
    bool is_ethernet = false;
    std::optional<bool> is_gpudirect;
};

Rdma rdma_of(const Machine& machine) {
    Rdma rdma;
    for (const Hca& hca : machine.hcas) {
        if (hca.role == HcaRole::storage || hca.role == HcaRole::management || hca.is_usable == false) continue;
        for (const HcaPort& port : hca.ports) {
            if (port.state != HcaPortState::active || !port.rate_gbps) continue;
            rdma.gbytes_per_s += *port.rate_gbps / 8;
            rdma.ports += 1;
            rdma.is_ethernet |= port.link_layer == LinkLayer::ethernet;
        }
    }
    for (const Gpu& gpu : machine.gpus) {
        if (gpu.hcas.empty() || rdma.is_gpudirect == false) continue;
        rdma.is_gpudirect = gpu.hcas.front().uses_gpudirect;
    }
    return rdma;
}

std::optional<Way> over_rdma(const Cluster& cluster, const Devices& devices, const Knowledge& knowledge) {
    std::optional<Rdma> least;
    for (const HostDevices& host : devices.hosts) {
        const Machine* machine = cluster.find(host.host);
        const Rdma rdma = machine ? rdma_of(*machine) : Rdma{};
        if (rdma.ports == 0) return std::nullopt;
        if (!least) least = rdma;
        least->gbytes_per_s = std::min(least->gbytes_per_s, rdma.gbytes_per_s);
        least->ports = std::min(least->ports, rdma.ports);
        least->is_ethernet |= rdma.is_ethernet;
        if (least->is_gpudirect != rdma.is_gpudirect) {
            least->is_gpudirect =
                least->is_gpudirect == false || rdma.is_gpudirect == false ? std::optional<bool>(false) : std::nullopt;
        }
    }
    const bool is_direct = least->is_gpudirect == true, is_staged = least->is_gpudirect == false;
    const Interval& latency = knowledge.figure(is_direct   ? LinkFigure::gpudirect_latency_us
                                               : is_staged ? LinkFigure::staged_rdma_latency_us
                                                           : LinkFigure::unknown_rdma_latency_us);
    Way way{least->is_ethernet ? "RoCE" : "InfiniBand",
            scaled(knowledge.figure(LinkFigure::rdma_efficiency), least->gbytes_per_s), latency, ""};
    way.name += is_direct ? " with GPUDirect RDMA" : is_staged ? " without GPUDirect RDMA" : "";
    way.because = fmt::format("between hosts: {}, {} port{} a host, {:.0f} GB/s together{}", way.name, least->ports,
                              least->ports == 1 ? "" : "s", least->gbytes_per_s,
                              is_direct || is_staged ? "" : "; whether GPUDirect RDMA is used could not be seen");
    return way;
}

/// Rate of an interface; unset: not known. Loopback counts as what one proxy thread manages.
std::optional<double> rate_of(const Machine* machine, const std::string& interface, bool& is_loopback) {
    if (!machine || is_loopback) return std::nullopt;
    for (const Nic& nic : machine->nics) {
        if (nic.name != interface) continue;
        if (nic.kind == NicKind::loopback) is_loopback = true;
        if (nic.speed_mbps) return static_cast<double>(*nic.speed_mbps) / 8000;
    }
    return std::nullopt;
}

void add_sockets(const Cluster& cluster, const Devices& devices, const Knowledge& knowledge, Fabric& fabric) {
    std::optional<double> least, round_trip;
    std::string interface;
    bool is_rate_unknown = false, is_any_loopback = false, is_any_path = false;
    // A thousand hosts have a million paths.
    std::unordered_map<std::string_view, const Machine*> used;
    for (const HostDevices& host : devices.hosts) used.emplace(host.host, cluster.find(host.host));
    for (const HostPath& path : cluster.paths) {
        const auto from = used.find(path.from);
        if (path.from == path.to || from == used.end() || used.count(path.to) == 0) continue;
        is_any_path = true;
        if (path.round_trip_us) round_trip = std::max(round_trip.value_or(0), *path.round_trip_us);
        // Two hosts of one address are one machine.
        bool is_loopback = !path.from_address.empty() && path.from_address == path.to_address;
        const auto rate = rate_of(from->second, path.interface, is_loopback);
        is_any_loopback |= is_loopback;
        if (!rate && !is_loopback) is_rate_unknown = true;
        if (rate && (!least || *rate < *least)) {
            least = rate;
            interface = path.interface;
        }
        if (interface.empty()) interface = path.interface;
    }
    const std::string name = fmt::format("TCP{}", interface.empty() ? "" : " over " + interface);
    const Interval trip = round_trip        ? Interval{*round_trip * 0.5, *round_trip, *round_trip * 1.5}
                          : is_any_loopback ? knowledge.figure(LinkFigure::loopback_round_trip_us)
                                            : knowledge.figure(LinkFigure::unknown_round_trip_us);
    Interval gbytes_per_s = knowledge.figure(LinkFigure::unknown_socket_gbytes_per_s);
    std::string because;
    if (least && !is_rate_unknown) {
        gbytes_per_s = socket_gbytes_per_s(*least, knowledge);
        because = fmt::format("between hosts: no RDMA device is usable on all of them, so NCCL takes {} of {:g} Gb/s",
                              name, *least * 8);
    } else if (is_any_loopback && !is_rate_unknown) {
        gbytes_per_s = knowledge.figure(LinkFigure::socket_limit_gbytes_per_s);
        because = "between hosts: TCP over loopback, as fast as one proxy thread copies";
    } else {
        because = fmt::format(
            "between hosts: no RDMA device is usable on all of them, and {}: anything from 1 Gb/s up; all_reduce_perf "
            "of "
            "nccl-tests would tell",
            is_any_path ? "the rate of an interface between them was not seen" : "the way between them was not tried");
    }
    because += round_trip ? fmt::format(", {:.0f} us there and back", *round_trip) : ", round trip not measured";
    use_sockets(fabric, knowledge, name, gbytes_per_s, trip);
    fabric.because.push_back(because);
}

bool is_worse(const Way& a, const Way& b) { return a.gbytes_per_s.likely < b.gbytes_per_s.likely; }

}  // namespace

Interval socket_gbytes_per_s(double link_gbytes_per_s, const Knowledge& knowledge) {
    const Interval of_link = scaled(knowledge.figure(LinkFigure::socket_efficiency), link_gbytes_per_s);
    const Interval& limit = knowledge.figure(LinkFigure::socket_limit_gbytes_per_s);
    return {std::min(of_link.low, limit.low), std::min(of_link.likely, limit.likely),
            std::min(of_link.high, limit.high)};
}

void use_sockets(Fabric& fabric, const Knowledge& knowledge, std::string name, const Interval& gbytes_per_s,
                 const Interval& round_trip_us) {
    fabric.between_hosts_name = std::move(name);
    fabric.between_hosts_gbytes_per_s = gbytes_per_s;
    const Interval& own = knowledge.figure(LinkFigure::socket_latency_us);
    fabric.between_hosts_latency_us = {own.low + round_trip_us.low, own.likely + round_trip_us.likely,
                                       own.high + round_trip_us.high};
    fabric.small_between_hosts = SmallMessages{knowledge.figure(LinkFigure::small_socket_gbytes_per_s),
                                               knowledge.figure(LinkFigure::bulk_socket_excess_us)};
    Interval& rate = fabric.small_between_hosts->gbytes_per_s;
    rate = {std::min(rate.low, gbytes_per_s.low), std::min(rate.likely, gbytes_per_s.likely),
            std::min(rate.high, gbytes_per_s.high)};
}

Fabric fabric_of(const Cluster& cluster, const Devices& devices, const Knowledge& knowledge) {
    Fabric fabric;
    std::optional<Way> inside;
    for (const HostDevices& host : devices.hosts) {
        const Machine* machine = cluster.find(host.host);
        if (!machine || host.devices.size() < 2 || !devices.is_gpu) continue;
        Way way = in_host(*machine, host, knowledge);
        if (!inside || is_worse(way, *inside)) inside = std::move(way);
    }
    if (inside) {
        fabric.in_host_name = inside->name;
        fabric.in_host_gbytes_per_s = inside->gbytes_per_s;
        fabric.in_host_latency_us = inside->latency_us;
        fabric.because.push_back(inside->because);
    }
    if (devices.hosts.size() > 1) {
        if (const std::optional<Way> rdma = over_rdma(cluster, devices, knowledge)) {
            fabric.between_hosts_name = rdma->name;
            fabric.between_hosts_gbytes_per_s = rdma->gbytes_per_s;
            fabric.between_hosts_latency_us = rdma->latency_us;
            fabric.because.push_back(rdma->because);
        } else {
            add_sockets(cluster, devices, knowledge, fabric);
        }
    }
    return fabric;
}

}  // namespace r1cluster::detail
