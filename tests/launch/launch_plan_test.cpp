// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/spec/ports.hpp"

#include <algorithm>

#include "config/clusters.hpp"
#include "config/shell.hpp"
#include "launch/launched.hpp"
#include "r1cluster/base/error.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::testing;

namespace {

std::string waits_for(const LaunchPlan& plan, std::size_t host, std::size_t process = 0) {
    return detail::shell_command(plan.hosts.at(host).processes.at(process).wait_for);
}

/// The four hosts of four T4 of the second runbook.
struct FourByFourT4 {
    DeploymentSpec spec =
        spec_for({host("t1", "10.1.0.1"), host("t2", "10.1.0.2"), host("t3", "10.1.0.3"), host("t4", "10.1.0.4")},
                 "/model/DeepSeek-R1-Distill-Llama-70B", "r1-70b");
    Cluster cluster;
    Layout layout = testing::layout(spec, 4, 4, true);
    FourByFourT4() {
        for (const HostSpec& host : spec.hosts) {
            std::vector<Route> routes;
            for (const HostSpec& peer : spec.hosts) {
                if (peer.name != host.name) routes.push_back(route(peer.address, "ens13f0", host.address));
            }
            cluster.machines.push_back(machine(host.name, {nic("ens13f0", host.address)}, routes, 4, "7.5"));
        }
        install(cluster, {{"vllm", "0.6.4.post1"}, {"ray", "2.40.0"}});
        spec.serve.max_model_len = 32768;
    }
};

}  // namespace

TEST_CASE("R1 on two hosts of eight H100 starts one process a host", "[launch]") {
    TwoByEight given;
    install(given.cluster, {{"vllm", "0.25.1"}});
    given.spec.serve.address = "0.0.0.0";
    given.spec.serve.max_model_len = 32768;
    given.spec.serve.api_key_file = "/etc/r1/key";
    given.spec.engine.extra_arguments = {"--enable-chunked-prefill"};
    const LaunchPlan plan = launched(given);
    CHECK(plan.backend == "mp");
    CHECK(plan.engine_version == "0.25.1");
    CHECK(command(plan, 0) ==
          "/opt/vllm/bin/python -m vllm.entrypoints.cli.main serve /data/r1 --served-model-name r1 --host 0.0.0.0 "
          "--port 8000 "
          "--tensor-parallel-size 8 --pipeline-parallel-size 2 --distributed-executor-backend mp --nnodes 2 "
          "--node-rank 0 "
          "--master-addr 10.0.0.1 --master-port 28000 --max-model-len 32768 --gpu-memory-utilization 0.9 "
          "--enable-chunked-prefill");
    CHECK(command(plan, 1) ==
          "/opt/vllm/bin/python -m vllm.entrypoints.cli.main serve /data/r1 --served-model-name r1 "
          "--tensor-parallel-size 8 --pipeline-parallel-size 2 --distributed-executor-backend mp --nnodes 2 "
          "--node-rank 1 "
          "--master-addr 10.0.0.1 --master-port 28000 --headless --max-model-len 32768 --gpu-memory-utilization 0.9 "
          "--enable-chunked-prefill");
    CHECK(plan.hosts[0].processes[0].name == "head");
    CHECK(plan.hosts[1].processes[0].name == "worker-1");
    CHECK(plan.hosts[1].processes[0].ranks == std::vector<int>{8, 9, 10, 11, 12, 13, 14, 15});
    CHECK(plan.hosts[1].processes[0].env.at("NCCL_SOCKET_IFNAME") == "=enp24s0");
    CHECK(plan.hosts[0].processes[0].secrets ==
          std::vector<SecretVariable>{{.name = "VLLM_API_KEY", .file = "/etc/r1/key"}});
    CHECK(plan.hosts[1].processes[0].secrets.empty());
    const DeploymentPorts ports = deployment_ports(given.spec);
    CHECK(plan.hosts[0].ports == std::vector<LaunchPort>{{"0.0.0.0", 8000, "API"},
                                                         {"10.0.0.1", 28000, "rendezvous of the ranks"},
                                                         {"10.0.0.1", ports.guard, "guards of the other hosts"}});
    CHECK(plan.guard_port == ports.guard);
    CHECK(plan.readiness == Readiness{.host = "node1",
                                      .address = "127.0.0.1",
                                      .port = 8000,
                                      .model = "r1",
                                      .api_key_file = "/etc/r1/key",
                                      .ranks = 16,
                                      .timeout_s = 1800});
}

TEST_CASE("R1 with vLLM 0.7.1 gets a Ray cluster first", "[launch]") {
    TwoByEight given;
    install(given.cluster, {{"vllm", "0.7.1"}, {"ray", "2.40.0"}});
    const LaunchPlan plan = launched(given);
    CHECK(plan.backend == "ray");
    CHECK(command(plan, 0, 0) ==
          "/opt/vllm/bin/ray start --node-ip-address 10.0.0.1 --disable-usage-stats --head --port 28000 "
          "--dashboard-host 127.0.0.1 --include-dashboard=false --block");
    CHECK(command(plan, 0, 1) ==
          "/opt/vllm/bin/python -m vllm.entrypoints.openai.api_server --model /data/r1 --served-model-name r1 --host "
          "127.0.0.1 "
          "--port 8000 --tensor-parallel-size 8 --pipeline-parallel-size 2 --distributed-executor-backend ray "
          "--gpu-memory-utilization 0.9");
    CHECK(command(plan, 1) ==
          "/opt/vllm/bin/ray start --node-ip-address 10.0.0.2 --disable-usage-stats --address 10.0.0.1:28000 --block");
    CHECK(waits_for(plan, 1) ==
          "/opt/vllm/bin/python -c 'import socket; socket.create_connection((\"10.0.0.1\", 28000), 2).close()'");
    CHECK(waits_for(plan, 0, 1) ==
          "/opt/vllm/bin/python -c 'import ray, sys; ray.init(address=\"10.0.0.1:28000\", log_to_driver=False); "
          "sys.exit(sum(n[\"Alive\"] for n in ray.nodes()) < 2)'");
    CHECK(plan.hosts[0].processes[0].name == "ray-head");
    CHECK(plan.hosts[0].processes[0].ranks == std::vector<int>{1, 2, 3, 4, 5, 6, 7});
    CHECK(plan.hosts[0].processes[1].name == "head");
    CHECK(plan.hosts[0].processes[1].ranks == std::vector<int>{0});
    CHECK(plan.hosts[0].processes[1].env.at("RAY_ADDRESS") == "10.0.0.1:28000");
    CHECK(plan.hosts[1].processes[0].name == "ray-worker-1");
    CHECK(plan.because ==
          std::vector<std::string>{
              "backend ray: vLLM 0.7.1 has no other way over several hosts (0.11.1 has)",
              "whoever reaches port 28000 of 10.0.0.1 can run code there: Ray 2.40.0 has no authentication; keep that "
              "network closed"});
}

TEST_CASE("the 70B distill on four hosts of four T4 computes in float16 over Ray", "[launch]") {
    const FourByFourT4 given;
    const LaunchPlan plan = launched(given);
    CHECK(plan.backend == "ray");
    CHECK(command(plan, 0, 1) ==
          "/opt/vllm/bin/python -m vllm.entrypoints.openai.api_server --model /model/DeepSeek-R1-Distill-Llama-70B "
          "--served-model-name r1-70b --host 127.0.0.1 --port 8000 --tensor-parallel-size 4 --pipeline-parallel-size 4 "
          "--distributed-executor-backend ray --max-model-len 32768 --gpu-memory-utilization 0.9 --dtype float16");
    CHECK(plan.hosts[3].processes[0].name == "ray-worker-3");
    CHECK(says(plan, "--dtype float16: a GPU of t1 (compute capability 7.5) has no bfloat16"));
}

TEST_CASE("two hosts without GPUs trace the model and do not compile it", "[launch]") {
    TwoOnLoopback given;
    install(given.cluster, {{"vllm", "0.32.0+cpu"}});
    const LaunchPlan plan = launched(given);
    CHECK(plan.engine_version == "0.32.0+cpu");
    CHECK(command(plan, 0) ==
          "/opt/vllm/bin/python -m vllm.entrypoints.cli.main serve /data/tiny --served-model-name tiny --host "
          "127.0.0.1 --port 8000 "
          "--tensor-parallel-size 1 --pipeline-parallel-size 2 --distributed-executor-backend mp --nnodes 2 "
          "--node-rank 0 "
          "--master-addr 127.0.0.1 --master-port 28000 --kv-cache-memory-bytes 1073741824 --compilation-config "
          "'{\"mode\":2,\"backend\":\"eager\"}'");
    CHECK_THAT(command(plan, 1),
               ContainsSubstring("--node-rank 1 --master-addr 127.0.0.1 --master-port 28000 --headless"));
    CHECK(plan.hosts[1].processes[0].env.at("VLLM_HOST_IP") == "127.0.0.2");
    CHECK(plan.hosts[1].processes[0].env.at("VLLM_CACHE_ROOT") == "{state}/cache");
}

TEST_CASE("one host needs neither rendezvous nor guards of others", "[launch]") {
    TwoByEight given;
    given.spec.hosts.pop_back();
    given.layout = layout(given.spec, 2, 1, true);
    given.spec.engine.version = "0.25.1";
    given.spec.engine.kv_cache_bytes = 8ull << 30;
    const LaunchPlan plan = launched(given);
    CHECK(command(plan, 0) ==
          "/opt/vllm/bin/python -m vllm.entrypoints.cli.main serve /data/r1 --served-model-name r1 --host 127.0.0.1 "
          "--port 8000 "
          "--tensor-parallel-size 2 --pipeline-parallel-size 1 --distributed-executor-backend mp "
          "--gpu-memory-utilization 0.9 "
          "--kv-cache-memory-bytes 8589934592");
    CHECK(plan.hosts[0].ports == std::vector<LaunchPort>{{"127.0.0.1", 8000, "API"}});
    CHECK(plan.guard_port == 0);
    CHECK(plan.hosts[0].processes[0].env.at("CUDA_VISIBLE_DEVICES") == "0,1");
}

TEST_CASE("a tensor-parallel group over hosts does without vLLM's own all-reduce", "[launch]") {
    TwoByEight given;
    given.spec.engine.version = "0.25.1";
    given.layout = layout(given.spec, 16, 1, true);
    CHECK_THAT(command(launched(given), 1), ContainsSubstring(" --disable-custom-all-reduce"));
}

TEST_CASE("Ray by choice says that its port is open unless a token is asked for", "[launch]") {
    TwoByEight given;
    install(given.cluster, {{"vllm", "0.25.1"}, {"ray", "2.54.0"}});
    given.spec.engine.backend = "ray";
    const LaunchPlan plan = launched(given);
    CHECK(says(plan, "backend ray: the spec asks for it"));
    CHECK(says(plan, "unless RAY_AUTH_MODE=token is set in [env]"));
    CHECK(plan.hosts[0].processes[1].ranks.empty());
    CHECK(plan.hosts[0].processes[0].ranks.size() == 8);
}

TEST_CASE("a host's own Python is used on that host", "[launch]") {
    TwoByEight given;
    given.spec.engine.version = "0.25.1";
    given.spec.hosts[1].python = "/home/x/venv/bin/python3";
    CHECK_THAT(command(launched(given), 1), StartsWith("/home/x/venv/bin/python3 -m "));
}

TEST_CASE("what cannot be started is refused with what would do", "[launch]") {
    TwoByEight given;
    const auto refusal = [&](const std::string& why) {
        CHECK_THROWS_WITH(launched(given), "planning the start of \"r1\": " + why);
    };
    SECTION("an engine that is not known") {
        given.spec.engine.version = "0.25.1";
        given.layout.engine = choose_engine(given.spec, given.cluster, {.dtype = "bfloat16"});
        given.layout.engine.name = "tgi";
        CHECK_THROWS_WITH(plan_launch(given.spec, given.cluster, given.layout, {}),
                          "planning the start of \"r1\": the engine of the layout is \"tgi\"; expected \"vllm\" or "
                          "\"sglang\"");
    }
    SECTION("a version that is not known") {
        refusal("the version of vLLM is not known; expected engine.version in the spec, or a host that could be read");
    }
    SECTION("a version that is too old") {
        given.spec.engine.version = "0.6.3";
        refusal("vLLM 0.6.3 is not supported; expected 0.6.4 or newer");
    }
    SECTION("two versions") {
        install(given.cluster, {{"vllm", "0.25.1"}});
        given.cluster.machines[1].engine->packages["vllm"] = "0.25.0";
        refusal("host \"node2\" has vLLM 0.25.0, host \"node1\" has 0.25.1; expected one version");
    }
    SECTION("another version than the spec asks for") {
        install(given.cluster, {{"vllm", "0.25.1"}});
        given.spec.engine.version = "0.26.0";
        refusal("host \"node1\" has vLLM 0.25.1, the spec has 0.26.0; expected one version");
    }
    SECTION("an old version without Ray") {
        given.spec.engine.version = "0.7.1";
        given.spec.engine.backend = "mp";
        refusal("vLLM 0.7.1 has no backend \"mp\" over several hosts; expected 0.11.1 or newer, or backend \"ray\"");
    }
    SECTION("Ray that is not installed") {
        install(given.cluster, {{"vllm", "0.7.1"}});
        refusal(
            "host \"node1\" has no Ray beside /opt/vllm/bin/python; expected the package ray, or vLLM 0.11.1 and "
            "backend \"mp\"");
    }
    SECTION("an argument that the plan owns") {
        given.spec.engine.version = "0.25.1";
        given.spec.engine.extra_arguments = {"--api_key=secret"};
        refusal(
            "engine.extra_arguments has \"--api-key\"; expected serve.api_key_file (a key in a command line is seen by "
            "every user of "
            "the host) instead");
    }
    SECTION("an uneven spread") {
        given.spec.engine.version = "0.25.1";
        given.layout.ranks[8].host = "node1";
        refusal("host \"node1\" has 9 of 16 ranks on 2 hosts; expected the same number on each");
    }
    SECTION("another head") {
        given.spec.engine.version = "0.25.1";
        std::swap(given.spec.hosts[0], given.spec.hosts[1]);
        refusal("rank 0 is on host \"node1\"; expected the first host of the spec, \"node2\", which serves the API");
    }
    SECTION("a KV cache in bytes before it was possible") {
        install(given.cluster, {{"vllm", "0.7.1"}, {"ray", "2.40.0"}});
        given.spec.engine.kv_cache_bytes = 1 << 30;
        refusal("engine.kv_cache_bytes is set for vLLM 0.7.1; expected 0.11.1 or newer, or gpu_memory_utilization");
    }
}

TEST_CASE("the CPU refuses what its engine cannot do", "[launch]") {
    TwoOnLoopback given;
    given.spec.engine.version = "0.32.0";
    SECTION("Ray") {
        given.spec.engine.backend = "ray";
        CHECK_THROWS_WITH(launched(given),
                          "planning the start of \"tiny\": vLLM on the CPU refuses Ray; expected backend \"mp\"");
    }
    SECTION("two ranks on each of two hosts") {
        given.layout = layout(given.spec, 2, 2, false);
        CHECK_THROWS_WITH(launched(given),
                          "planning the start of \"tiny\": 2 ranks a host on 2 hosts without GPUs; expected 1, because "
                          "vLLM counts one "
                          "CPU a host");
    }
}

TEST_CASE("showing a plan gives commands that one could type", "[launch]") {
    TwoOnLoopback given;
    given.spec.engine.version = "0.32.0";
    given.spec.serve.api_key_file = "/run/key file";
    const std::string text = show(launched(given));
    CHECK_THAT(text, StartsWith("tiny: vllm 0.32.0, backend mp\na (127.0.0.1)\n  port 8000 on 127.0.0.1: API\n"));
    CHECK_THAT(text, ContainsSubstring("  worker-1, ranks 1\n    DO_NOT_TRACK=1\n"));
    CHECK_THAT(text, ContainsSubstring("    VLLM_API_KEY from the file '/run/key file'\n    /opt/vllm/bin/python -m "));
    CHECK_THAT(text, ContainsSubstring("--compilation-config '{\"mode\":2,\"backend\":\"eager\"}'\n"));
}
