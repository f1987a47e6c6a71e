// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "config/clusters.hpp"
#include "config/shell.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::testing;

namespace {

struct WithSglang : TwoByEight {
    explicit WithSglang(const std::string& version) {
        spec.engine.name = "sglang";
        spec.engine.version = version;
        spec.engine.python = "/opt/sglang/bin/python";
    }
    void divide(int tensor, int pipeline, int data = 1) {
        layout = testing::layout(spec, tensor * data, pipeline, true);
        layout.tensor_parallel = tensor;
        layout.data_parallel = data;
        layout.is_expert_parallel = data > 1;
    }
    LaunchPlan launched() {
        layout.engine = choose_engine(spec, cluster, {.dtype = "bfloat16"});
        return plan_launch(spec, cluster, layout, choose_settings(spec, cluster, layout));
    }
    std::string command(std::size_t host = 0) {
        return detail::shell_command(launched().hosts.at(host).processes.at(0).argv);
    }
};

const std::string begin =
    "/opt/sglang/bin/python -m sglang.launch_server --model-path /data/r1 --served-model-name r1 ";

std::vector<int> ports_of(const HostLaunch& host) {
    std::vector<int> ports;
    for (const LaunchPort& port : host.ports) ports.push_back(port.port);
    std::ranges::sort(ports);
    return ports;
}

}  // namespace

TEST_CASE("SGLang spans two hosts with one command a host", "[launch]") {
    WithSglang given("0.5.5");
    given.divide(16, 1);
    const LaunchPlan plan = given.launched();
    CHECK(plan.backend == "mp");
    CHECK(given.command(0) ==
          begin +
              "--host 127.0.0.1 --port 8000 --tp-size 16 --dist-init-addr 10.0.0.1:28000 --nnodes 2 "
              "--node-rank 0 --enable-metrics");
    CHECK(given.command(1) ==
          begin +
              "--host 127.0.0.1 --port 8001 --tp-size 16 --dist-init-addr 10.0.0.1:28000 --nnodes 2 "
              "--node-rank 1 --enable-metrics");
    CHECK(plan.hosts[0].processes[0].env.at("SGLANG_HOST_IP") == "10.0.0.1");
    CHECK(ports_of(plan.hosts[0]) == std::vector{8000, 18000, 28000});
    CHECK(ports_of(plan.hosts[1]) == std::vector{8001});
}

TEST_CASE("SGLang's sizes are spelled as the release has them", "[launch]") {
    WithSglang given("0.4.7");
    CHECK_THAT(given.command(), StartsWith(begin + "--host 127.0.0.1 --port 8000 --tp-size 8 --pp-size 2 --dist"));
    given.divide(1, 1, 16);
    CHECK_THAT(given.command(), ContainsSubstring("--tp-size 16 --dp-size 16 --enable-dp-attention --enable-ep-moe "));
    given.spec.engine.version = "0.5.5";
    given.divide(2, 1, 8);
    CHECK_THAT(given.command(), ContainsSubstring("--tp-size 16 --dp-size 8 --enable-dp-attention --ep-size 16 "));
    given.spec.engine.version = "0.5.23";
    CHECK_THAT(given.command(), ContainsSubstring("--tp-size 16 --attn-dp-size 8 --ep-size 16 "));
}

TEST_CASE("the ports of SGLang's copies follow its rendezvous", "[launch]") {
    WithSglang given("0.4.3");
    given.divide(1, 1, 16);
    std::vector<int> ports = ports_of(given.launched().hosts[0]);
    CHECK(std::ranges::count_if(ports, [](int port) { return port > 28000; }) == 3 + 16);
    given.spec.engine.version = "0.4.10";
    CHECK(ports_of(given.launched().hosts[0]).back() == 28000 + 5 + 16);
    given.spec.engine.version = "0.5.5";
    CHECK(ports_of(given.launched().hosts[0]).back() == 28005);
    given.spec.engine.version = "0.5.23";
    CHECK(ports_of(given.launched().hosts[0]).back() == 28006);
}

TEST_CASE("what the spec says of the engine is given to SGLang in its own words", "[launch]") {
    WithSglang given("0.5.5");
    EngineSpec& engine = given.spec.engine;
    engine.gpu_memory_utilization = 0.85;
    engine.dtype = "bfloat16";
    engine.kv_cache_dtype = "fp8";
    engine.max_batched_tokens = 4096;
    engine.max_sequences = 64;
    engine.is_eager = true;
    engine.extra_arguments = {"--watchdog-timeout", "600"};
    given.spec.serve.max_model_len = 32768;
    CHECK_THAT(given.command(),
               ContainsSubstring("--enable-metrics --context-length 32768 --dtype bfloat16 --kv-cache-dtype "
                                 "fp8_e4m3 --chunked-prefill-size 4096 --max-running-requests 64 "
                                 "--disable-cuda-graph --mem-fraction-static 0.85 --watchdog-timeout 600"));
}

TEST_CASE("a key reaches SGLang's proxy and never SGLang", "[launch]") {
    WithSglang given("0.5.5");
    given.spec.serve.api_key_file = "/etc/r1/key";
    CHECK_THROWS_WITH(given.launched(), ContainsSubstring("SGLang takes a key in its command line alone") &&
                                            ContainsSubstring("expected [serve.proxy]"));
    given.spec.serve.proxy.emplace();
    const LaunchPlan plan = given.launched();
    CHECK(plan.readiness.api_key_file.empty());
    for (const ProcessSpec& process : plan.hosts[0].processes)
        CHECK(process.secrets.empty() == (process.name != "proxy"));
}

TEST_CASE("SGLang refuses what it cannot start with what would do", "[launch]") {
    WithSglang given("0.5.5");
    const auto refusal = [&](const std::string& why) { CHECK_THROWS_WITH(given.launched(), ContainsSubstring(why)); };
    SECTION("an old release") {
        given.spec.engine.version = "0.4.2";
        refusal("SGLang 0.4.2 is not supported; expected 0.4.3 or newer");
    }
    SECTION("stages before there were any") {
        given.spec.engine.version = "0.4.6";
        refusal("2 pipeline stages, which SGLang 0.4.6 does not have; expected 0.4.7 or newer");
    }
    SECTION("Ray") {
        given.spec.engine.backend = "ray";
        refusal("SGLang is not started with Ray; expected backend \"mp\"");
    }
    SECTION("copies of several ranks before there were any") {
        given.spec.engine.version = "0.4.4";
        given.divide(2, 1, 8);
        refusal("has copies of one rank only, or 0.4.5 or newer");
    }
    SECTION("copies that share nothing") {
        given.divide(2, 1, 8);
        given.layout.is_expert_parallel = false;
        refusal("expected layout.expert_parallel = true");
    }
    SECTION("a cache in bytes") {
        given.spec.engine.kv_cache_bytes = 1 << 30;
        refusal("engine.kv_cache_bytes is set for SGLang; expected gpu_memory_utilization");
    }
    SECTION("drafts") {
        given.spec.engine.speculative_tokens = 1;
        refusal("engine.speculative_tokens is 1; expected 0 with SGLang");
    }
    SECTION("flags of the plan, by any of their names") {
        for (const char* flag : {"--tp", "--tp-size", "--tensor-parallel-size=2", "--api-key", "--nccl-port",
                                 "--config", "--nccl-init-addr", "--ep", "--dp-size", "--node-rank", "--model"}) {
            given.spec.engine.extra_arguments = {flag};
            CAPTURE(flag);
            refusal("engine.extra_arguments has ");
        }
    }
}
