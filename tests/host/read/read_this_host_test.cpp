// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "host/read/describe.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/host/read/read.hpp"
#include "readings/calls.hpp"
#include "support/catch.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;

TEST_CASE("this host says what it is", "[host/read]") {
    const Machine machine = interpret(discover());
    CHECK(machine.cpu.threads >= sysconf(_SC_NPROCESSORS_ONLN));
    CHECK(machine.memory_bytes.value_or(0) > 0);
    CHECK_FALSE(machine.kernel.empty());
    CHECK_FALSE(machine.nics.empty());
    CHECK(machine.host == machine.hostname);
}

TEST_CASE("the route to loopback is found by address and by name", "[host/read]") {
    ReadRequest request;
    request.peers = {"127.0.0.1", "localhost"};
    const Readings readings = read_this_host(request);
    REQUIRE(readings.calls.at("route(127.0.0.1)").text);
    const auto route = calls::parse<calls::Route>(*readings.calls.at("route(127.0.0.1)").text, "route");
    CHECK(route.interface == "lo");
    CHECK(route.source == "127.0.0.1");
    CHECK(route.gateway.empty());
    CHECK(readings.calls.contains("getaddrinfo(localhost)"));
}

TEST_CASE("a name that cannot resolve and a folder that is not there are answers with a reason", "[host/read]") {
    ReadRequest request;
    request.names = {"no such name"};
    request.paths = {"/no/such/folder"};
    request.model_path = "/no/such/model";
    const Readings readings = read_this_host(request);
    CHECK_FALSE(readings.calls.at("getaddrinfo(no such name)").because.empty());
    CHECK(readings.calls.at("statvfs(/no/such/folder)") ==
          Answer{std::nullopt, "No such file or directory", ReasonCode::not_found});
    CHECK(readings.calls.at("checkpoint(/no/such/model)") == Answer{std::nullopt, "No such file or directory"});
}

TEST_CASE("every answer of this host can be saved", "[host/read]") {
    const ScratchFolder folder;
    const Recording recording{{discover()}, {}, {}};
    save_recording(recording, folder.path("recording"));
    CHECK(load_recording(folder.path("recording")) == recording);
}

TEST_CASE("a request travels as JSON", "[host/read]") {
    const ReadRequest request{"node1", "/data/r1", "/opt/p", "/x:/y", {"10.0.0.2"}, {"node2"}, {"/data"}};
    CHECK(detail::from_value<ReadRequest>(detail::to_value(request), "request") == request);
}
