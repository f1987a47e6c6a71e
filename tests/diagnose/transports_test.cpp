// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/diagnose/diagnose.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

std::vector<TransportUse> used(const std::string& text) {
    return find_transports({{.host = "a", .process = "head", .text = text}});
}

std::string channel(const std::string& via) {
    return "gpu-1:81:97 [3] NCCL INFO Channel 02/0 : 8[0] -> 0[0] [send] via " + via + "\n";
}

}  // namespace

TEST_CASE("channels are counted by transport, the commonest first", "[diagnose]") {
    CHECK(used("vm:1:1 [0] NCCL INFO Channel 00/0 : 0[0] -> 1[1] via P2P/CUMEM\n"
               "vm:1:1 [0] NCCL INFO Channel 00/0 : 1[0] -> 0[0] [receive] via NET/Socket/0\n"
               "vm:1:1 [0] NCCL INFO Channel 00/1 : 0[0] -> 1[0] [send] via NET/Socket/0/Shared\n"
               "vm:1:1 [0] NCCL INFO Channel 00 : 0[0] -> 1[1] via SHM/direct/direct\n") ==
          std::vector<TransportUse>{{"NET/Socket", 2}, {"P2P/CUMEM", 1}, {"SHM/direct/direct", 1}});
}

TEST_CASE("a transport's name leaves out which device and which peer", "[diagnose]") {
    CHECK(used(channel("NET/IB/0/GDRDMA")) == std::vector<TransportUse>{{"NET/IB/GDRDMA", 1}});
    CHECK(used(channel("NET/IB/7(3)/GDRDMA(PCI)/Shared")) == std::vector<TransportUse>{{"NET/IB/GDRDMA", 1}});
    CHECK(used(channel("NET/IB/0")) == std::vector<TransportUse>{{"NET/IB", 1}});
    CHECK(used(channel("NET/AWS Libfabric/1/GDRDMA")) == std::vector<TransportUse>{{"NET/AWS Libfabric/GDRDMA", 1}});
    CHECK(used(channel("P2P/CUMEM/read")) == std::vector<TransportUse>{{"P2P/CUMEM/read", 1}});
    CHECK(used(channel("P2P/indirect/2[2]")) == std::vector<TransportUse>{{"P2P/indirect", 1}});
    CHECK(used(channel("P2P/direct pointer")) == std::vector<TransportUse>{{"P2P/direct pointer", 1}});
}

TEST_CASE("Ray's wrapping and its repeats are understood", "[diagnose]") {
    CHECK(used("\x1b[36m(RayWorkerWrapper pid=7, ip=10.0.0.2)\x1b[0m node2:7:9 [1] NCCL INFO Channel 03/0 : 9[1] -> "
               "10[2] via P2P/IPC "
               "[repeated 7x across cluster]\n") == std::vector<TransportUse>{{"P2P/IPC", 7}});
}

TEST_CASE("text that only looks like a channel does not count", "[diagnose]") {
    CHECK(
        used("INFO 11-22 05:19:20 [l.py:1] prompt: 'vm:1:1 [0] NCCL INFO Channel 00/0 : 0[0] -> 1[1] via P2P/CUMEM'\n")
            .empty());
    CHECK(used("NCCL INFO Channel 00/0 : 0[0] -> 1[1] via P2P/CUMEM\n").empty());
    CHECK(used("vm:1:1 [0] NCCL INFO Channel 00/0 : -1[0] -> 1[1] via P2P/CUMEM\n").empty());
    CHECK(used("vm:1:1 [0] NCCL INFO Channel 00/0 : 99999999999[0] -> 1[1] via P2P/CUMEM\n").empty());
    CHECK(used("vm:1:1 [0] NCCL INFO Channel 00/02 : 0 1\n").empty());
    CHECK(used(channel("")).empty());
    CHECK(used(channel("NET/")).empty());
    CHECK(used("").empty());
}
