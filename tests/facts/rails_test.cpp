// SPDX-License-Identifier: Apache-2.0
#include "facts/derive/derive.hpp"
#include "facts/devices.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::machines;

namespace {

Cluster two_hosts() {
    Cluster cluster;
    cluster.machines = {four_switches(), four_switches()};
    cluster.machines[1].host = "node2";
    return cluster;
}

void derive_all(Cluster& cluster) {
    for (Machine& machine : cluster.machines) detail::derive(machine, Knowledge::embedded());
    detail::derive(cluster);
}

}  // namespace

TEST_CASE("ports beside the same GPU of each host are a rail where the subnet tells nothing", "[facts]") {
    Cluster cluster = two_hosts();
    // Other names on the second host, in another order.
    cluster.machines[1].hcas[0].name = "ibp20s0";
    std::swap(cluster.machines[1].hcas[0], cluster.machines[1].hcas[3]);
    for (Machine& machine : cluster.machines) {
        for (Hca& one : machine.hcas)
            one.ports[0].gids = {{0, "fe80:0000:0000:0000:0000:0000:0000:0001", "IB/RoCE v1", ""}};
    }
    derive_all(cluster);
    REQUIRE(cluster.rails.size() == 4);
    CHECK(cluster.rails[0].ports == std::vector<RailPort>{{"node1", "mlx5_0", 1}, {"node2", "ibp20s0", 1}});
    CHECK(cluster.rails[3].ports == std::vector<RailPort>{{"node1", "mlx5_3", 1}, {"node2", "mlx5_3", 1}});
    CHECK(cluster.rails[0].because == "beside gpu0 of each host; one subnet for all ports");
    CHECK(cluster.rails[0].rate_gbps == 400);
    CHECK(cluster.rails[0].link_layer == LinkLayer::infiniband);
}

TEST_CASE("a subnet of its own makes a rail, whatever the place of its port", "[facts]") {
    Cluster cluster = two_hosts();
    for (std::size_t host = 0; host < 2; ++host) {
        for (std::size_t i = 0; i < 4; ++i) {
            Hca& one = cluster.machines[host].hcas[i];
            one.ports[0].link_layer = LinkLayer::ethernet;
            one.ports[0].netdev = "eth" + std::to_string(i);
            Nic nic;
            nic.name = one.ports[0].netdev;
            // Crossed cables: the second host has its subnets the other way round.
            const std::size_t subnet = host == 0 ? i : 3 - i;
            nic.addresses = {{"10." + std::to_string(subnet) + ".7." + std::to_string(host + 1), 16}};
            cluster.machines[host].nics.push_back(nic);
        }
    }
    derive_all(cluster);
    REQUIRE(cluster.rails.size() == 4);
    CHECK(cluster.rails[1].because == "same subnet 10.1.0.0/16");
    CHECK(cluster.rails[1].ports == std::vector<RailPort>{{"node1", "mlx5_1", 1}, {"node2", "mlx5_2", 1}});
}

TEST_CASE("a host that lost a port leaves its rail to the others", "[facts]") {
    Cluster cluster = two_hosts();
    cluster.machines[1].hcas[1].ports[0].state = HcaPortState::down;
    for (Machine& machine : cluster.machines) {
        for (std::size_t i = 0; i < 4; ++i) {
            machine.hcas[i].ports[0].gids = {
                {0, "fe80:0000:0000:000" + std::to_string(i) + ":0000:0000:0000:0001", "", ""}};
        }
    }
    derive_all(cluster);
    REQUIRE(cluster.rails.size() == 4);
    CHECK(cluster.rails[1].ports == std::vector<RailPort>{{"node1", "mlx5_1", 1}});
    CHECK(cluster.rails[1].because == "same subnet fe80:0000:0000:0001");
    REQUIRE(cluster.differences.size() == 1);
    CHECK(cluster.differences[0] == Difference{"HCAs for GPUs", {{"node1", "4 x MT4129"}, {"node2", "3 x MT4129"}}});
}

TEST_CASE("one host has no rails", "[facts]") {
    Cluster cluster;
    cluster.machines = {four_switches()};
    derive_all(cluster);
    CHECK(cluster.rails.empty());
    CHECK(cluster.differences.empty());
}

TEST_CASE("hosts that differ say in what, and what was not seen differs from nothing", "[facts]") {
    Cluster cluster = two_hosts();
    cluster.machines[0].gpu_driver_version = "550.54.15";
    cluster.machines[1].gpus.pop_back();
    cluster.machines[1].hcas.pop_back();
    derive_all(cluster);
    REQUIRE(cluster.differences.size() == 2);
    CHECK(cluster.differences[0] ==
          Difference{"GPUs", {{"node1", "4 x NVIDIA H100 80GB HBM3"}, {"node2", "3 x NVIDIA H100 80GB HBM3"}}});
    CHECK(cluster.differences[1].subject == "HCAs for GPUs");
}
