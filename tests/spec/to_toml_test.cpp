// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "r1cluster/base/json.hpp"
#include "r1cluster/spec/ports.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

namespace {

DeploymentSpec full_spec() {
    DeploymentSpec spec;
    spec.name = "r1.test";
    spec.fate = Fate::attached;
    HostSpec a, b;
    a.name = "a";
    a.address = "fe80::1%eth0";
    a.ssh = "user@bastion";
    a.interface = "eth0";
    a.gpus = std::vector<int>{3, 1};
    a.env = {{"A", "tab\tquote\" back\\slash \xc3\xa9"}, {"B", ""}};
    b.name = "b";
    b.transport = Transport::local;
    b.address = "127.0.0.2";
    b.python = "/usr/bin/python3";
    spec.hosts = {a, b};
    spec.model = {"/data/it's 'R1'", "it's \"served\""};
    spec.engine.version = "0.32.0+cpu";
    spec.engine.python = "/opt/vllm/bin/python";
    spec.engine.backend = "ray";
    spec.engine.extra_arguments = {"--compilation-config", R"({"mode":2})"};
    spec.engine.gpu_memory_utilization = 1;
    spec.engine.kv_cache_bytes = 123456789012;
    spec.container = ContainerSpec{.runtime = RuntimeKind::podman,
                                   .image = "registry.example/vllm@sha256:0123",
                                   .archive = "/images/vllm.tar",
                                   .pull = Pull::never,
                                   .shm_bytes = std::uint64_t{8} << 30,
                                   .mounts = {"/data:/data:ro", "/scratch:/tmp/scratch"},
                                   .options = {"--ulimit", "nofile=1024:1024"},
                                   .program = "/opt/podman"};
    spec.hosts[0].runtime = RuntimeKind::docker;
    spec.serve.address = "0.0.0.0";
    spec.serve.port = 9000;
    spec.serve.max_model_len = 163840;
    spec.serve.api_key_file = "/key";
    spec.layout = {8, 2, std::vector<int>{31, 30}};
    spec.env = {{"NCCL_DEBUG", "INFO"}};
    return validated(spec);
}

}  // namespace

TEST_CASE("a spec as TOML reads back as the same spec", "[spec]") {
    CHECK(parse_spec(to_toml(full_spec())) == full_spec());
    DeploymentSpec least;
    least.hosts.resize(1);
    least.hosts[0].name = "here";
    least.hosts[0].transport = Transport::local;
    least.model.path = "/m";
    least.engine.python = "/p";
    least = validated(least);
    CHECK(parse_spec(to_toml(least)) == least);
}

TEST_CASE("a spec as JSON reads back as the same spec", "[spec]") {
    CHECK(from_json<DeploymentSpec>(to_json(full_spec())) == full_spec());
}

TEST_CASE("a validated spec is not changed by validating it again", "[spec]") {
    CHECK(validated(full_spec()) == full_spec());
}

TEST_CASE("a spec built by hand is judged by the same rules, with the field named", "[spec]") {
    DeploymentSpec spec = full_spec();
    spec.hosts[1].name = "b/../c";
    CHECK(error_of([&] { validated(spec); }) ==
          "host[1].name: the host name \"b/../c\" holds '/'; letters, digits and ._- are allowed");
    spec = full_spec();
    spec.model.served_name = "--help";
    CHECK(error_of([&] { validated(spec); }) ==
          "model.served_name: the served name \"--help\" starts with '-', which programs take for an option");
    spec = full_spec();
    spec.model.path = "/data/\xff";
    CHECK(error_of([&] { validated(spec); }) == "model.path: the path \"/data/?\" is not UTF-8: the byte 0xff");
    spec = full_spec();
    spec.hosts.clear();
    CHECK(error_of([&] { validated(spec); }) == "spec: there is no host; expected at least one [[host]]");
}

TEST_CASE("the ports of deployments with neighbouring API ports are all different", "[spec]") {
    DeploymentSpec first, second;
    first.serve.port = 8000;
    second.serve.port = 8001;
    CHECK(deployment_ports(first) == DeploymentPorts{8000, 28000, 18000, 8000});
    CHECK(deployment_ports(second) == DeploymentPorts{8001, 28001, 18001, 8001});
    first.serve.proxy.emplace();
    CHECK(deployment_ports(first) == DeploymentPorts{8000, 28000, 18000, 13000});
}

TEST_CASE("every API port gives four different ports that exist", "[spec]") {
    DeploymentSpec spec;
    spec.serve.proxy.emplace();
    int wrong = 0;
    for (spec.serve.port = 1; spec.serve.port <= 65535; ++spec.serve.port) {
        const DeploymentPorts ports = deployment_ports(spec);
        const std::set<int> all{ports.api, ports.rendezvous, ports.guard, ports.engine};
        const bool exist = *all.begin() >= 1 && *all.rbegin() <= 65535;
        const bool differ = all.size() == 4;
        if (!exist || !differ) ++wrong;
    }
    CHECK(wrong == 0);
}
