// SPDX-License-Identifier: Apache-2.0
#include "host/read/made_tree.hpp"
#include "host/read/sources.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

const std::string base = "/sys/class/infiniband/";
const std::string zero_gid = "0000:0000:0000:0000:0000:0000:0000:0000\n";
const std::string link_local = "fe80:0000:0000:0000:a088:c203:0012:3456\n";

/// A ConnectX-7 on InfiniBand, as its driver shows it; uverbs0 belongs to it.
void add_infiniband(const MadeTree& tree) {
    const std::string hca = "/sys/devices/pci0000:15/0000:15:01.0/0000:18:00.0/infiniband/mlx5_0";
    tree.link(base + "mlx5_0", "../../devices/pci0000:15/0000:15:01.0/0000:18:00.0/infiniband/mlx5_0");
    tree.link(hca + "/device", "../../../0000:18:00.0");
    tree.link("/sys/devices/pci0000:15/0000:15:01.0/0000:18:00.0/driver", "../../../bus/pci/drivers/mlx5_core");
    tree.file("/sys/devices/pci0000:15/0000:15:01.0/0000:18:00.0/numa_node", "1\n");
    tree.file("/sys/devices/pci0000:15/0000:15:01.0/0000:18:00.0/net/ibp24s0/dev_port", "0\n");
    tree.file(hca + "/node_guid", "a088:c203:0012:3456\n");
    tree.file(hca + "/sys_image_guid", "a088:c203:0012:3456\n");
    tree.file(hca + "/fw_ver", "28.41.1000\n");
    tree.file(hca + "/hca_type", "MT4129\n");
    tree.file(hca + "/board_id", "MT_0000000838\n");
    const std::string port = hca + "/ports/1";
    tree.file(port + "/state", "4: ACTIVE\n");
    tree.file(port + "/phys_state", "5: LinkUp\n");
    tree.file(port + "/rate", "400 Gb/sec (4X NDR)\n");
    tree.file(port + "/link_layer", "InfiniBand\n");
    tree.file(port + "/lid", "0x1a\n");
    tree.file(port + "/sm_lid", "0x1\n");
    tree.file(port + "/gids/0", link_local);
    tree.file(port + "/gids/1", zero_gid);
    tree.file(port + "/gid_attrs/types/0", "IB/RoCE v1\n");
    tree.file(port + "/pkeys/0", "0xffff\n");
    tree.file(port + "/pkeys/1", "0x0000\n");
    tree.file(port + "/counters/link_downed", "3\n");
    tree.file(port + "/counters/symbol_error", "0\n");
    tree.file(port + "/counters/port_xmit_packets", "77\n");
    tree.file(port + "/hw_counters/out_of_sequence", "12\n");
    tree.file("/sys/class/infiniband_verbs/abi_version", "6\n");
    tree.file("/sys/class/infiniband_verbs/uverbs0/ibdev", "mlx5_0\n");
}

Machine machine_of(const MadeTree& tree, Readings* kept = nullptr) {
    Readings readings;
    detail::read_hcas(tree.below(readings));
    readings.calls["ibv_get_device_list()"] = {"[\"mlx5_0\",\"mlx5_1\"]", ""};
    readings.calls["ibv_reg_dmabuf_mr(mlx5_0)"] = {"EBADF", ""};
    if (kept) *kept = readings;
    return interpret(readings);
}

std::vector<std::string> gaps_about(const Machine& machine, const std::string& subject) {
    std::vector<std::string> found;
    for (const Gap& gap : machine.gaps) {
        if (gap.subject == subject) found.push_back(gap.because);
    }
    return found;
}

}  // namespace

TEST_CASE("an InfiniBand adapter is read from sysfs", "[host/read]") {
    const MadeTree tree;
    add_infiniband(tree);
    tree.file("/dev/infiniband/uverbs0", "");
    const Machine machine = machine_of(tree);
    REQUIRE(machine.hcas.size() == 1);
    Hca expected;
    expected.name = "mlx5_0";
    expected.pci_address = "0000:18:00.0";
    expected.model = "MT4129";
    expected.firmware_version = "28.41.1000";
    expected.board_id = "MT_0000000838";
    expected.node_guid = expected.system_image_guid = "a088:c203:0012:3456";
    expected.driver = "mlx5_core";
    expected.numa_node = 1;
    expected.is_usable = true;
    expected.is_dmabuf_supported = true;
    HcaPort port;
    port.state = HcaPortState::active;
    port.physical_state = "LinkUp";
    port.link_layer = LinkLayer::infiniband;
    port.rate_gbps = 400;
    port.rate_text = "400 Gb/sec (4X NDR)";
    port.lid = 26;
    port.sm_lid = 1;
    port.netdev = "ibp24s0";
    port.gids = {{0, "fe80:0000:0000:0000:a088:c203:0012:3456", "IB/RoCE v1", ""}};
    port.pkeys = {"0xffff"};
    port.counters = {{"link_downed", 3}, {"out_of_sequence", 12}};
    expected.ports = {port};
    expected.role = HcaRole::compute;
    expected.role_because = "400 Gb/s InfiniBand, one of 1";
    CHECK(machine.hcas[0] == expected);
    CHECK(gaps_about(machine, "use of HCAs").empty());
}

TEST_CASE("an adapter that /dev does not have is visible but not usable", "[host/read]") {
    const MadeTree tree;
    add_infiniband(tree);
    const Machine machine = machine_of(tree);
    CHECK(machine.hcas.at(0).is_usable == false);
    CHECK(machine.hcas.at(0).unusable_because == "/dev/infiniband/uverbs0: No such file or directory");
    CHECK(
        gaps_about(machine, "use of HCAs") ==
        std::vector<std::string>{"mlx5_0: visible but not usable: /dev/infiniband/uverbs0: No such file or directory"});
}

TEST_CASE("a device file that may not be opened says so", "[host/read]") {
    const MadeTree tree;
    add_infiniband(tree);
    tree.directory("/dev/infiniband/uverbs0");  // refuses to be opened for writing, even by root
    CHECK(machine_of(tree).hcas.at(0).unusable_because == "/dev/infiniband/uverbs0: Is a directory");
}

TEST_CASE("an adapter without an entry of ib_uverbs is not usable", "[host/read]") {
    const MadeTree tree;
    tree.file(base + "mlx5_0/ports/1/state", "4: ACTIVE\n");
    CHECK(machine_of(tree).hcas.at(0).unusable_because ==
          "/sys/class/infiniband_verbs has no entry for it: is the module ib_uverbs loaded?");
}

TEST_CASE("a bonded RoCE port has the bond's interface, and its addresses with their types", "[host/read]") {
    const MadeTree tree;
    const std::string port = base + "mlx5_bond_0/ports/1";
    tree.file(port + "/state", "4: ACTIVE\n");
    tree.file(port + "/link_layer", "Ethernet\n");
    tree.file(port + "/gids/0", link_local);
    tree.file(port + "/gids/1", link_local);
    tree.file(port + "/gids/2", zero_gid);
    tree.file(port + "/gids/3", "0000:0000:0000:0000:0000:ffff:0a00:0001\n");
    for (const int index : {0, 1}) tree.file(port + "/gid_attrs/ndevs/" + std::to_string(index), "bond0\n");
    tree.file(port + "/gid_attrs/ndevs/3", "bond0.100\n");
    tree.file(port + "/gid_attrs/types/0", "IB/RoCE v1\n");
    tree.file(port + "/gid_attrs/types/1", "RoCE v2\n");
    tree.directory(port + "/gid_attrs/types/3");  // EISDIR here, EINVAL in another network namespace
    Readings readings;
    const Machine machine = machine_of(tree, &readings);
    const HcaPort& found = machine.hcas.at(0).ports.at(0);
    CHECK(found.netdev == "bond0");
    CHECK(found.gids == std::vector<Gid>{{0, "fe80:0000:0000:0000:a088:c203:0012:3456", "IB/RoCE v1", "bond0"},
                                         {1, "fe80:0000:0000:0000:a088:c203:0012:3456", "RoCE v2", "bond0"},
                                         {3, "0000:0000:0000:0000:0000:ffff:0a00:0001", "", "bond0.100"}});
    CHECK_FALSE(readings.files.contains(port + "/gids/2"));  // unset ones are not kept
}

TEST_CASE("a GID table is read until it has been empty for long", "[host/read]") {
    const MadeTree tree;
    const std::string port = base + "mlx5_0/ports/1";
    for (int index = 0; index < 256; ++index) {
        tree.file(port + "/gids/" + std::to_string(index), index == 20 || index == 200 ? link_local : zero_gid);
    }
    const Machine machine = machine_of(tree);
    REQUIRE(machine.hcas.at(0).ports.at(0).gids.size() == 1);
    CHECK(machine.hcas[0].ports[0].gids[0].index == 20);
}

TEST_CASE("what a put-together tree does not hold is one gap for all of its adapters", "[host/read]") {
    const MadeTree tree;
    for (const std::string name : {"mlx5_0", "mlx5_1", "mlx5_2", "mlx5_3"}) {
        tree.file(base + name + "/ports/1/state", "2: INIT\n");
    }
    Readings readings;
    detail::read_hcas(tree.below(readings));
    readings.listings.clear();  // files alone, as after an import
    const Machine machine = interpret(readings);
    REQUIRE(machine.hcas.size() == 4);
    CHECK(machine.hcas[3].ports.at(0).state == HcaPortState::init);
    CHECK(machine.hcas[3].is_usable == std::nullopt);
    CHECK(gaps_about(machine, "LID of HCAs") ==
          std::vector<std::string>{"not read for mlx5_0, mlx5_1, mlx5_2 and 1 more: "
                                   "/sys/class/infiniband/mlx5_0/ports/1/lid: No such file or directory"});
    CHECK(gaps_about(machine, "use of HCAs") ==
          std::vector<std::string>{"whether mlx5_0, mlx5_1, mlx5_2 and 1 more can be opened was not tried"});
}

TEST_CASE("a kernel without verbs has no adapter and nothing is missing", "[host/read]") {
    const Machine machine = machine_of(MadeTree());
    CHECK(machine.hcas.empty());
    CHECK(gaps_about(machine, "HCAs").empty());
}

TEST_CASE("libibverbs that is not there says so", "[host/read]") {
    Readings readings;
    detail::read_verbs(readings, "libno-such-verbs.so.1");
    CHECK(readings.calls.at("ibv_get_device_list()").text == std::nullopt);
    CHECK_FALSE(readings.calls.at("ibv_get_device_list()").because.empty());
}

#ifdef R1CLUSTER_VERBS_STAND_IN
TEST_CASE("libibverbs adds MTU and DMA-BUF, and where it disagrees with sysfs both are told", "[host/read]") {
    const MadeTree tree;
    add_infiniband(tree);
    Readings readings;
    detail::read_hcas(tree.below(readings));
    detail::read_verbs(readings, R1CLUSTER_VERBS_STAND_IN);
    const Machine machine = interpret(readings);
    REQUIRE(machine.hcas.size() == 1);
    CHECK(machine.hcas[0].ports.at(0).active_mtu == 4096);
    CHECK(machine.hcas[0].is_dmabuf_supported == true);
    CHECK(machine.hcas[0].ports[0].state == HcaPortState::active);
    CHECK(gaps_about(machine, "HCA mlx5_0 port 1") ==
          std::vector<std::string>{"sysfs says ACTIVE, libibverbs says INIT"});
    CHECK(readings.calls.at("ibv_open_device(mlx5_1)") == Answer{std::nullopt, "Permission denied"});
}

TEST_CASE("the libibverbs of this machine answers without an error", "[host/read]") {
    Readings readings;
    detail::read_verbs(readings);
    const Answer& answer = readings.calls.at("ibv_get_device_list()");
    INFO(answer.because);
    CHECK((answer.text || answer.because == "libibverbs.so.1 not found"));
}
#endif
