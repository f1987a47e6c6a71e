// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/config/settings.hpp"

#include <algorithm>

#include "config/clusters.hpp"
#include "r1cluster/base/error.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::testing;

namespace {

std::optional<std::string> value(const Settings& settings, std::string_view host, std::string_view name) {
    const HostSettings* of_host = settings.find(host);
    REQUIRE(of_host);
    const Setting* setting = of_host->find(name);
    REQUIRE(setting);
    return setting->value;
}

std::string because(const Settings& settings, std::string_view host, std::string_view name) {
    const HostSettings* of_host = settings.find(host);
    REQUIRE(of_host);
    const Setting* setting = of_host->find(name);
    REQUIRE(setting);
    return setting->because;
}

bool has(const Settings& settings, std::string_view host, std::string_view name) {
    return settings.find(host)->find(name);
}

}  // namespace

TEST_CASE("each host uses the interface of its own route to its peers", "[config]") {
    const TwoByEight given;
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    CHECK(settings.findings.empty());
    CHECK(settings.hosts[0].interface == "ens1");
    CHECK(settings.hosts[1].interface == "enp24s0");
    CHECK(settings.hosts[1].address == "10.0.0.2");
    CHECK(value(settings, "node1", "VLLM_HOST_IP") == "10.0.0.1");
    CHECK(value(settings, "node2", "GLOO_SOCKET_IFNAME") == "enp24s0");
    CHECK(value(settings, "node2", "NCCL_SOCKET_IFNAME") == "=enp24s0");
    CHECK(because(settings, "node2", "NCCL_SOCKET_IFNAME") ==
          "the kernel's route to node1 (10.0.0.1) leaves by it; \"=\" because NCCL takes a bare name as a prefix");
}

TEST_CASE("the interface that the spec names wins over the route", "[config]") {
    TwoByEight given;
    given.spec.hosts[0].interface = "ens9";
    given.spec.hosts[0].address = "192.168.7.1";
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    CHECK(settings.hosts[0].interface == "ens9");
    CHECK(settings.hosts[0].address == "192.168.7.1");
}

TEST_CASE("an interface that the host does not have is an error", "[config]") {
    TwoByEight given;
    given.spec.hosts[1].interface = "ens1";
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    REQUIRE(settings.findings.size() == 1);
    CHECK(settings.findings[0].id == "config.interface");
    CHECK(settings.findings[0].severity == Severity::error);
    CHECK(settings.findings[0].observed == "the host has no interface \"ens1\"; it has enp24s0, docker0, lo");
}

TEST_CASE("an address that is not on the interface towards the peers is an error", "[config]") {
    TwoByEight given;
    given.spec.hosts[0].address = "203.0.113.5";
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    REQUIRE(settings.findings.size() == 2);  // node2 has no route to that address either
    CHECK(settings.findings[0].observed == "the peers connect to 203.0.113.5, but ens1 has 10.0.0.1");
    CHECK(settings.findings[1].observed == "no route from this host to its peers is known");
    CHECK(settings.findings[1].severity == Severity::unknown);
}

TEST_CASE("a host named by name takes the source address of its route", "[config]") {
    TwoByEight given;
    given.spec.hosts[0].address = "node1.example";
    given.cluster.machines[1].names = {{.name = "node1.example", .addresses = {"10.0.0.1"}, .because = {}}};
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    CHECK(settings.hosts[0].address == "10.0.0.1");
    CHECK(settings.hosts[1].interface == "enp24s0");
}

TEST_CASE("routes that leave by different interfaces are said", "[config]") {
    TwoByEight given;
    given.spec.hosts.push_back(host("node3", "192.168.7.3"));
    given.cluster.machines.push_back(
        machine("node3", {nic("eth0", "192.168.7.3")}, {route("10.0.0.1", "eth0", "192.168.7.3")}));
    given.cluster.machines[0].routes.push_back(route("192.168.7.3", "ens9", "192.168.7.1"));
    const Layout three = layout(given.spec, 1, 3, true);
    const Settings settings = choose_settings(given.spec, given.cluster, three);
    CHECK_THAT(because(settings, "node1", "GLOO_SOCKET_IFNAME"),
               StartsWith("the kernel's route to node2 (10.0.0.2) leaves by it; to node3 it would leave by ens9;"));
}

TEST_CASE("a host that could not be read leaves its interface open and says so", "[config]") {
    TwoByEight given;
    given.cluster.machines[1].unreachable_because = "ssh: connection timed out";
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    CHECK(settings.hosts[1].interface.empty());
    CHECK(settings.hosts[1].address == "10.0.0.2");
    CHECK_FALSE(value(settings, "node2", "GLOO_SOCKET_IFNAME"));
    REQUIRE(settings.findings.size() == 1);
    CHECK(settings.findings[0].severity == Severity::unknown);
}

TEST_CASE("one host talks to itself over loopback", "[config]") {
    TwoByEight given;
    given.spec.hosts.pop_back();
    const Settings settings = choose_settings(given.spec, given.cluster, layout(given.spec, 8, 1, true));
    CHECK(settings.hosts.size() == 1);
    CHECK(settings.hosts[0].interface == "lo");
    CHECK(value(settings, "node1", "VLLM_HOST_IP") == "127.0.0.1");
}

TEST_CASE("local hosts keep their own loopback addresses", "[config]") {
    const TwoOnLoopback given;
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    CHECK(settings.findings.empty());
    CHECK(settings.hosts[0].interface == "lo");
    CHECK(settings.hosts[1].interface == "lo");
    CHECK(value(settings, "b", "VLLM_HOST_IP") == "127.0.0.2");
    CHECK(value(settings, "b", "GLOO_SOCKET_IFNAME") == "lo");
}

TEST_CASE("hosts of one boot share its threads and bind none", "[config]") {
    const TwoOnLoopback given;
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    CHECK(value(settings, "a", "VLLM_CPU_OMP_THREADS_BIND") == "nobind");
    CHECK(value(settings, "a", "OMP_NUM_THREADS") == "32");
    CHECK(because(settings, "a", "OMP_NUM_THREADS") == "64 threads of the machine among 2 ranks on it");
}

TEST_CASE("two CPU ranks with a NUMA node each are left to the engine's binding", "[config]") {
    const DeploymentSpec spec = spec_for({host("a", "10.0.0.1")});
    const Cluster cluster{.machines = {machine("a", {}, {})}, .paths = {}};
    const Settings settings = choose_settings(spec, cluster, layout(spec, 2, 1, false));
    CHECK_FALSE(value(settings, "a", "VLLM_CPU_OMP_THREADS_BIND"));
    const Settings crowded = choose_settings(spec, cluster, layout(spec, 2, 2, false));
    CHECK(value(crowded, "a", "VLLM_CPU_OMP_THREADS_BIND") == "nobind");
    CHECK(because(crowded, "a", "VLLM_CPU_OMP_THREADS_BIND") ==
          "4 ranks on 2 NUMA nodes: the engine binds one rank to a node, and refuses more");
}

TEST_CASE("the CPU's KV cache is rounded up to whole GiB", "[config]") {
    TwoOnLoopback given;
    CHECK(value(choose_settings(given.spec, given.cluster, given.layout), "a", "VLLM_CPU_KVCACHE_SPACE") == "1");
    given.spec.engine.kv_cache_bytes = (3ull << 30) + 1;
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    CHECK(value(settings, "a", "VLLM_CPU_KVCACHE_SPACE") == "4");
    CHECK(because(settings, "a", "VLLM_CPU_KVCACHE_SPACE") ==
          "kv_cache_bytes of the spec, 3221225473 bytes, rounded up: the engine reads whole GiB");
}

TEST_CASE("an engine on the CPU gets no NCCL settings, and one on GPUs no CPU ones", "[config]") {
    const TwoOnLoopback cpu;
    const Settings on_cpu = choose_settings(cpu.spec, cpu.cluster, cpu.layout);
    CHECK_FALSE(has(on_cpu, "a", "NCCL_SOCKET_IFNAME"));
    CHECK_FALSE(has(on_cpu, "a", "CUDA_VISIBLE_DEVICES"));
    const TwoByEight gpu;
    const Settings on_gpu = choose_settings(gpu.spec, gpu.cluster, gpu.layout);
    CHECK_FALSE(has(on_gpu, "node1", "VLLM_CPU_KVCACHE_SPACE"));
    CHECK_FALSE(has(on_gpu, "node1", "OMP_NUM_THREADS"));
}

TEST_CASE("NCCL variables of the blogs are left alone, each with a reason", "[config]") {
    const TwoByEight given;
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    for (const char* name : {"NCCL_IB_HCA", "NCCL_IB_GID_INDEX", "NCCL_IB_DISABLE", "NCCL_P2P_LEVEL",
                             "NCCL_NET_GDR_LEVEL", "NCCL_DEBUG_SUBSYS"}) {
        CHECK_FALSE(value(settings, "node1", name));
        CHECK(because(settings, "node1", name).size() > 20);
    }
    CHECK(value(settings, "node1", "NCCL_DEBUG") == "INFO");
}

TEST_CASE("GPUs are named only where not all of them are used", "[config]") {
    TwoByEight given;
    CHECK_FALSE(value(choose_settings(given.spec, given.cluster, given.layout), "node1", "CUDA_VISIBLE_DEVICES"));
    const Settings fewer = choose_settings(given.spec, given.cluster, layout(given.spec, 4, 2, true));
    CHECK(value(fewer, "node1", "CUDA_VISIBLE_DEVICES") == "0,1,2,3");
    CHECK(value(fewer, "node1", "CUDA_DEVICE_ORDER") == "PCI_BUS_ID");
    given.spec.hosts[0].gpus = std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7};
    CHECK(value(choose_settings(given.spec, given.cluster, given.layout), "node1", "CUDA_VISIBLE_DEVICES") ==
          "0,1,2,3,4,5,6,7");
}

TEST_CASE("a partition of our own is told to every host alike", "[config]") {
    TwoByEight given;
    CHECK_FALSE(has(choose_settings(given.spec, given.cluster, given.layout), "node1", "VLLM_PP_LAYER_PARTITION"));
    given.layout.layers_per_stage = {29, 32};
    given.layout.is_engine_default_partition = false;
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    CHECK(value(settings, "node1", "VLLM_PP_LAYER_PARTITION") == "29,32");
    CHECK(value(settings, "node2", "VLLM_PP_LAYER_PARTITION") == "29,32");
}

TEST_CASE("an engine waits for its model as long as the deployment does", "[config]") {
    TwoByEight given;
    const auto waits_s = [&](const char* version) {
        given.layout.engine.version = Version::parse(version);
        const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
        const char* name = "VLLM_ENGINE_READY_TIMEOUT_S";
        return has(settings, "node2", name) ? value(settings, "node2", name) : "unset";
    };
    CHECK(waits_s("0.25.1") == "1800");
    given.spec.engine.start_timeout_s = 7200;
    CHECK(waits_s("0.25.1") == "7200");
    CHECK(waits_s("0.11.1") == "unset");
}

TEST_CASE("settings are ordered by name", "[config]") {
    const TwoByEight given;
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    const auto& list = settings.hosts[0].settings;
    CHECK(std::is_sorted(list.begin(), list.end(), [](const Setting& a, const Setting& b) { return a.name < b.name; }));
}

TEST_CASE("a user's value is kept, and where we disagree it is a warning", "[config]") {
    TwoByEight given;
    given.spec.env["NCCL_IB_HCA"] = "mlx5";
    given.spec.hosts[0].env["NCCL_DEBUG"] = "INFO";
    given.spec.hosts[0].env["MY_OWN"] = "x";
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    CHECK(value(settings, "node2", "NCCL_IB_HCA") == "mlx5");
    CHECK(settings.find("node2")->find("NCCL_IB_HCA")->is_from_user);
    CHECK(settings.find("node1")->find("NCCL_DEBUG")->is_from_user);
    CHECK(value(settings, "node1", "MY_OWN") == "x");
    REQUIRE(settings.findings.size() == 2);
    CHECK(settings.findings[0].id == "config.override");
    CHECK(settings.findings[0].severity == Severity::warning);
    CHECK(settings.findings[0].expected == "NCCL_IB_HCA left unset");
}

TEST_CASE("the env of a host beats the env of all", "[config]") {
    TwoByEight given;
    given.spec.env["NCCL_DEBUG"] = "WARN";
    given.spec.hosts[1].env["NCCL_DEBUG"] = "TRACE";
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    CHECK(value(settings, "node1", "NCCL_DEBUG") == "WARN");
    CHECK(value(settings, "node2", "NCCL_DEBUG") == "TRACE");
    CHECK(settings.find("node2")->find("NCCL_DEBUG")->ours == "INFO");
}

TEST_CASE("a socket interface that matches nothing is an error", "[config]") {
    TwoByEight given;
    given.spec.env["NCCL_SOCKET_IFNAME"] = "ens1";
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    REQUIRE(settings.findings.size() == 2);
    CHECK(settings.findings[0].subject == "node2");
    CHECK(settings.findings[0].severity == Severity::error);
    CHECK(settings.findings[0].observed == "NCCL_SOCKET_IFNAME=ens1 from the spec; no interface of this host matches");
    CHECK(settings.findings[1].subject == "node1");
    CHECK(settings.findings[1].severity == Severity::warning);
}

TEST_CASE("Gloo's interface must be an exact name", "[config]") {
    TwoByEight given;
    given.spec.hosts[0].env["GLOO_SOCKET_IFNAME"] = "=ens1";
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    REQUIRE(settings.findings.size() == 1);
    CHECK(settings.findings[0].observed ==
          "GLOO_SOCKET_IFNAME==ens1 from the spec; this host has no interface \"=ens1\" (Gloo takes exact names)");
}

TEST_CASE("one VLLM_HOST_IP for all hosts is an error where it is another host's", "[config]") {
    TwoByEight given;
    given.spec.env["VLLM_HOST_IP"] = "10.0.0.1";
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    REQUIRE(settings.findings.size() == 1);
    CHECK(settings.findings[0].subject == "node2");
    CHECK(settings.findings[0].severity == Severity::error);
}

TEST_CASE("a GID index on native InfiniBand is warned of", "[config]") {
    TwoByEight given;
    given.cluster.machines[0].nics.push_back(nic("ib0", "10.9.0.1", NicKind::infiniband));
    given.spec.hosts[0].env["NCCL_IB_GID_INDEX"] = "3";
    const Settings settings = choose_settings(given.spec, given.cluster, given.layout);
    REQUIRE(settings.findings.size() == 1);
    CHECK(settings.findings[0].observed ==
          "NCCL_IB_GID_INDEX=3 from the spec; on native InfiniBand the index means nothing, or names an entry that is "
          "not there");
}

TEST_CASE("an [env] name that no shell takes is refused", "[config]") {
    TwoByEight given;
    given.spec.env["A;reboot"] = "1";
    CHECK_THROWS_WITH(
        choose_settings(given.spec, given.cluster, given.layout),
        "[env] of the spec: \"A;reboot\" is not the name of a variable; expected letters, digits and \"_\"");
}

TEST_CASE("a layout for other hosts is refused", "[config]") {
    TwoByEight given;
    given.layout.ranks[15].host = "node9";
    CHECK_THROWS_WITH(choose_settings(given.spec, given.cluster, given.layout),
                      "configuring \"r1\": the layout puts 15 of 16 ranks on hosts of the spec; expected all");
}
