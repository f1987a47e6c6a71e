// SPDX-License-Identifier: Apache-2.0
// The InfiniBand adapters of a real 8 x H100 host, read in place where the public tree is at hand.
#include <filesystem>

#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "support/catch.hpp"
#include "support/shared_data.hpp"

using namespace r1cluster;

TEST_CASE("the H100 tree has eight InfiniBand ports of 400 Gb/s and one of Ethernet", "[facts]") {
    namespace fs = std::filesystem;
    const fs::path tree = shared_path("fixtures/infiniband-h100-gpud");
    Readings readings;
    for (const auto& entry : fs::recursive_directory_iterator(tree)) {
        if (!entry.is_regular_file()) continue;
        const std::string path = "/sys/class/infiniband/" + fs::relative(entry.path(), tree).string();
        readings.files[path] = {read_text_file(entry.path()), ""};
    }
    const Machine machine = interpret(readings);
    REQUIRE(machine.hcas.size() == 9);
    int ndr = 0;
    for (const Hca& hca : machine.hcas) {
        REQUIRE(hca.ports.size() == 1);
        const HcaPort& port = hca.ports[0];
        CHECK(port.state == HcaPortState::active);
        CHECK(port.physical_state == "LinkUp");
        if (hca.name == "mlx5_bond_0") {
            CHECK(hca.model == "MT41692");
            CHECK(hca.firmware_version == "32.38.3056");
            CHECK(port.link_layer == LinkLayer::ethernet);
            CHECK(port.rate_gbps == 200);
        } else {
            CHECK(hca.model == "MT4129");
            CHECK(hca.board_id == "MT_0000000838");
            CHECK(port.link_layer == LinkLayer::infiniband);
            ndr += port.rate_gbps == 400 ? 1 : 0;
        }
    }
    CHECK(ndr == 8);
    CHECK(machine.hcas[1].name == "mlx5_1");
    CHECK(machine.hcas[1].ports[0].counters ==
          std::map<std::string, std::uint64_t>{
              {"link_downed", 255}, {"port_rcv_errors", 14}, {"port_xmit_wait", 2489603687}, {"roce_adp_retrans", 3}});
}
