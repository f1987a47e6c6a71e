// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "layout/machines.hpp"
#include "speed/model.hpp"
#include "speed/step.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

detail::Fabric fabric(const Cluster& cluster) {
    return detail::fabric_of(cluster, detail::devices_of(spec_for(cluster), cluster), Knowledge::embedded());
}

void name_gpus(Cluster& cluster, const std::string& name) {
    for (Machine& machine : cluster.machines) {
        for (Gpu& gpu : machine.gpus) gpu.name = name;
    }
}

/// One active port of this rate for each GPU of each host.
void add_hcas(Cluster& cluster, double gbits_per_s, std::optional<bool> is_gpudirect, LinkLayer link_layer) {
    for (Machine& machine : cluster.machines) {
        for (Gpu& gpu : machine.gpus) {
            Hca hca;
            hca.name = "mlx5_" + std::to_string(gpu.nvml_index);
            HcaPort port;
            port.state = HcaPortState::active;
            port.link_layer = link_layer;
            port.rate_gbps = gbits_per_s;
            hca.ports.push_back(port);
            machine.hcas.push_back(hca);
            NearHca near;
            near.hca = hca.name;
            near.uses_gpudirect = is_gpudirect;
            gpu.hcas.push_back(near);
        }
    }
}

void add_network(Cluster& cluster, const std::string& interface, std::optional<std::int64_t> speed_mbps,
                 std::optional<double> round_trip_us, NicKind kind = NicKind::physical) {
    for (Machine& machine : cluster.machines) {
        Nic nic;
        nic.name = interface;
        nic.kind = kind;
        nic.speed_mbps = speed_mbps;
        machine.nics.push_back(nic);
    }
    for (const auto& [from, to] : {std::pair{"a", "b"}, std::pair{"b", "a"}}) {
        HostPath path;
        path.from = from;
        path.to = to;
        path.interface = interface;
        path.is_connected = true;
        path.round_trip_us = round_trip_us;
        cluster.paths.push_back(path);
    }
}

}  // namespace

TEST_CASE("eighteen NVLinks of 26.562 GB/s are 478 GB/s, of which NCCL reaches a share", "[speed]") {
    Cluster cluster = h100_hosts(1);
    name_gpus(cluster, "NVIDIA H100 80GB HBM3");
    for (Gpu& gpu : cluster.machines[0].gpus) {
        for (int i = 0; i < 18; ++i) {
            NvLink link;
            link.index = i;
            link.is_active = true;
            link.speed_mbps = 26562;
            gpu.nvlinks.push_back(link);
        }
    }
    DevicePath path;
    path.from = "gpu0";
    path.to = "gpu1";
    path.path = "NV18";
    cluster.machines[0].device_paths.push_back(path);
    const detail::Fabric found = fabric(cluster);
    CHECK(found.in_host_name == "NVLink");
    CHECK(found.because == std::vector<std::string>{"\"a\": NVLink of 478 GB/s, 18 links up"});
    // nccl-tests on two H200: 328 GB/s at 1 GiB.
    CHECK(std::abs(found.in_host_gbytes_per_s.likely - 328) < 10);
    CHECK(found.in_host_gbytes_per_s.high < 478);
    CHECK(found.between_hosts_name.empty());
}

TEST_CASE("GPUs that see each other through the host use PCIe", "[speed]") {
    Cluster cluster = h100_hosts(1);
    name_gpus(cluster, "NVIDIA L40S");
    DevicePath path;
    path.from = "gpu0";
    path.to = "gpu1";
    path.path = "NODE";
    cluster.machines[0].device_paths.push_back(path);
    const detail::Fabric found = fabric(cluster);
    CHECK(found.in_host_name == "PCIe");
    CHECK(found.in_host_gbytes_per_s.high < 32);
    CHECK_THAT(found.because.front(), StartsWith("\"a\": GPUs see each other as NODE: PCIe of "));
}

TEST_CASE("a T4 has no NVLink, seen or not", "[speed]") {
    Cluster cluster = h100_hosts(1);
    name_gpus(cluster, "Tesla T4");
    CHECK(fabric(cluster).in_host_name == "PCIe");
}

TEST_CASE("NVLinks that were not seen make a wide interval", "[speed]") {
    Cluster cluster = h100_hosts(1);
    name_gpus(cluster, "NVIDIA H100 80GB HBM3");
    const detail::Fabric found = fabric(cluster);
    CHECK(found.in_host_name == "NVLink");
    CHECK(found.in_host_gbytes_per_s.low < 20);
    CHECK_THAT(found.because.front(), ContainsSubstring("its NVLinks were not seen"));
}

TEST_CASE("a way between GPUs of which nothing was seen says what would tell", "[speed]") {
    const detail::Fabric found = fabric(h100_hosts(1));
    CHECK(found.in_host_name == "an unknown link");
    CHECK(found.in_host_gbytes_per_s.high > 50 * found.in_host_gbytes_per_s.low);
    CHECK_THAT(found.because.front(), ContainsSubstring("all_reduce_perf of nccl-tests would tell"));
}

TEST_CASE("eight ports of 400 Gb/s on each host are 400 GB/s together", "[speed]") {
    Cluster cluster = h100_hosts(2);
    add_hcas(cluster, 400, true, LinkLayer::infiniband);
    const detail::Fabric found = fabric(cluster);
    CHECK(found.between_hosts_name == "InfiniBand with GPUDirect RDMA");
    CHECK(std::abs(found.between_hosts_gbytes_per_s.likely - 0.9 * 400) < 1e-9);
    CHECK(found.because.back() == "between hosts: InfiniBand with GPUDirect RDMA, 8 ports a host, 400 GB/s together");
}

TEST_CASE("RDMA through host memory takes longer to begin", "[speed]") {
    Cluster direct = h100_hosts(2), staged = h100_hosts(2), unknown = h100_hosts(2);
    add_hcas(direct, 200, true, LinkLayer::ethernet);
    add_hcas(staged, 200, false, LinkLayer::ethernet);
    add_hcas(unknown, 200, std::nullopt, LinkLayer::ethernet);
    CHECK(fabric(direct).between_hosts_name == "RoCE with GPUDirect RDMA");
    CHECK(fabric(staged).between_hosts_name == "RoCE without GPUDirect RDMA");
    CHECK(fabric(staged).between_hosts_latency_us.likely > fabric(direct).between_hosts_latency_us.likely);
    CHECK(fabric(unknown).between_hosts_latency_us.low == fabric(direct).between_hosts_latency_us.low);
    CHECK(fabric(unknown).between_hosts_latency_us.high == fabric(staged).between_hosts_latency_us.high);
}

TEST_CASE("a port for storage is not one for GPUs, and one host without is enough for TCP", "[speed]") {
    Cluster cluster = h100_hosts(2);
    add_hcas(cluster, 400, true, LinkLayer::infiniband);
    for (Hca& hca : cluster.machines[1].hcas) hca.role = HcaRole::storage;
    add_network(cluster, "eth0", 10'000, 100);
    const detail::Fabric found = fabric(cluster);
    CHECK(found.between_hosts_name == "TCP over eth0");
    CHECK(std::abs(found.between_hosts_gbytes_per_s.likely - 1.25 * 0.92) < 1e-9);
    CHECK(found.because.back() ==
          "between hosts: no RDMA device is usable on all of them, so NCCL takes TCP over eth0 "
          "of 10 Gb/s, 100 us there and back");
}

TEST_CASE("TCP is no faster than its threads copy, and a round trip is part of its latency", "[speed]") {
    Cluster fast = h100_hosts(2), slow = h100_hosts(2);
    add_network(fast, "eth0", 400'000, 20);
    add_network(slow, "eth0", 400'000, 320);
    CHECK(fabric(fast).between_hosts_gbytes_per_s.likely == 4);
    CHECK(fabric(slow).between_hosts_latency_us.likely == fabric(fast).between_hosts_latency_us.likely + 300);
}

TEST_CASE("over loopback TCP is what one thread copies", "[speed]") {
    Cluster cluster = h100_hosts(2);
    add_network(cluster, "lo", std::nullopt, 18, NicKind::loopback);
    const detail::Fabric found = fabric(cluster);
    CHECK(found.between_hosts_gbytes_per_s.likely == 4);  // measured: 3.87
    // nccl-tests and vLLM's steps on two H200, NCCL 2.28: KiB and us.
    for (const auto& [kib, us] : {std::pair{8, 45.0}, {14, 52}, {28, 88}, {128, 230}, {256, 230}, {1024, 443}}) {
        CAPTURE(kib);
        const double ms =
            detail::all_reduce_ms(found, Knowledge::embedded(), true, 2, kib * 1024.0, detail::End::likely);
        CHECK(std::abs(ms * 1e3 / us - 1) < 0.25);
    }
}

TEST_CASE("an interface of unknown rate between hosts says what would tell", "[speed]") {
    Cluster cluster = h100_hosts(2);
    add_network(cluster, "eth0", std::nullopt, std::nullopt);
    const detail::Fabric found = fabric(cluster);
    CHECK(found.between_hosts_gbytes_per_s.low < 0.125);
    CHECK(found.between_hosts_gbytes_per_s.high > 5);
    CHECK_THAT(found.because.back(), ContainsSubstring("the rate of an interface between them was not seen"));
    CHECK_THAT(fabric(h100_hosts(2)).because.back(), ContainsSubstring("the way between them was not tried"));
}
