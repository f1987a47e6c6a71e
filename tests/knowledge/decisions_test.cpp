// SPDX-License-Identifier: Apache-2.0
// A table that is replaced changes what is decided.
#include "check/two_hosts.hpp"
#include "r1cluster/diagnose/diagnose.hpp"
#include "r1cluster/host/os/knowledge_files.hpp"
#include "r1cluster/host/read/read.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;

namespace {

std::string first_finding(const Report& report, const std::string& id) {
    for (const Finding& finding : report.findings) {
        if (finding.id == id) return text_of(finding);
    }
    return "";
}

}  // namespace

TEST_CASE("a folder of tables stands in for the embedded ones of the same name") {
    const ScratchFolder folder;
    folder.write("gpu_ids.toml", "[[row]]\ndevice_id = \"0x1\"\nmodel = \"G\"\n");
    folder.write("vllm/features.toml", "");
    folder.write("notes.txt", "no table");
    const Knowledge loaded = load_knowledge(folder.path());
    CHECK(loaded.gpu_ids.size() == 1);
    CHECK(loaded.engine("vllm").features.empty());
    CHECK(loaded.engine("vllm").flags == Knowledge::embedded().engine("vllm").flags);
}

TEST_CASE("a folder that is not there is an error that names it") {
    CHECK(error_of([] { load_knowledge("/no/such/folder"); }) ==
          "not_found: reading knowledge from \"/no/such/folder\": No such file or directory");
}

TEST_CASE("a new row of signatures makes a failure known") {
    const std::vector<EngineLog> logs{{"node0", "head", "RuntimeError: the flux capacitor is cold\n"}};
    CHECK(diagnose(logs).findings[0].id == "log.unknown_error");
    const Knowledge changed = parse_knowledge({{"vllm/signatures.toml", R"(
[[row]]
id = "log.flux"
place = "cause"
parts = ["flux capacitor"]
requirement = "the capacitor is warm"
remedy = "wait"
source = "a test"
)"}});
    CHECK(diagnose(logs, changed).findings[0].id == "log.flux");
}

TEST_CASE("another threshold changes what check() says") {
    TwoHosts hosts;
    hosts.machine(1).limits.open_files = Limit{50000};
    CHECK(first_finding(check(hosts.decision()), "limits.open_files").starts_with("node1: warning: 50000 open files"));
    const Knowledge changed =
        parse_knowledge({{"thresholds.toml", "[[row]]\nname = \"open_files\"\nvalue = 40000\nsource = \"a test\"\n"}});
    CHECK(first_finding(check(hosts.decision(), changed), "limits.open_files") == "");
}

TEST_CASE("check() asks the table of capabilities that plan_layouts() asks") {
    TwoHosts hosts;
    hosts.machine(1).gpus[0].name = hosts.machine(1).gpus[1].name = "A100";
    for (Gpu& gpu : hosts.machine(1).gpus) gpu.compute_capability = "8.0";
    for (Machine& machine : hosts.cluster.machines) machine.engine->packages["vllm"] = "0.8.5";
    hosts.checkpoint.config.quantization = Quantization{.method = "fp8", .format = "fp8", .bits = 8};
    // FP8 per tensor, not in blocks: Marlin has unpacked it on 8.0 since long before 0.9.0.
    CHECK(first_finding(check(hosts.decision()), "gpu.capability") ==
          "node1: warning: GPU 0 (A100) has 8.0 | compute capability 8.9 or higher: below 8.9 FP8 weights are unpacked "
          "by Marlin, which is slower | use other GPUs, a newer vllm, or a checkpoint of another dtype");
    const Knowledge changed =
        parse_knowledge({{"vllm/capabilities.toml",
                          "[[row]]\nwhat = \"kernels\"\nwords = \"kernels\"\nleast = 90\nsource = \"a test\"\n"}});
    CHECK(first_finding(check(hosts.decision(), changed), "gpu.capability")
              .starts_with("node1: error: GPU 0 (A100) has 8.0 | compute capability 9.0 or higher: kernels needs 9.0"));
}

TEST_CASE("a feature of a tool is there from its release on") {
    const Knowledge& known = Knowledge::embedded();
    CHECK_FALSE(known.tool_has("ray", "token authentication", Version::parse("2.51.1")));
    CHECK(known.tool_has("ray", "token authentication", Version::parse("2.52.0")));
    CHECK_FALSE(known.tool_has("ray", "time travel", Version::parse("2.52.0")));
}

TEST_CASE("a row of a variable is decided by the tables that are given") {
    TwoHosts hosts;
    const std::string rows = R"([default]
source = "a test"
confidence = "verified"
[[row]]
name = "NCCL_NVLS_ENABLE"
read_by = "NCCL"
runs_on = "gpu"
decision = "leave"
because = "NCCL uses NVLink SHARP by itself"
[[row]]
name = "NCCL_OLD"
read_by = "NCCL"
until = "2.0"
decision = "set"
value = "1"
[[row]]
name = "OMP_PROC_BIND"
runs_on = "cpu"
decision = "set"
value = "true"
)";
    const Knowledge changed = parse_knowledge({{"variables.toml", rows}});
    const Settings settings = choose_settings(hosts.spec, hosts.cluster, hosts.layout, changed);
    const HostSettings& host = settings.hosts.at(0);
    REQUIRE(host.find("NCCL_NVLS_ENABLE"));
    CHECK(host.find("NCCL_NVLS_ENABLE")->because == "NCCL uses NVLink SHARP by itself");
    CHECK_FALSE(host.find("NCCL_NVLS_ENABLE")->value);
    CHECK_FALSE(host.find("NCCL_OLD"));       // the hosts have a newer NCCL, or one that could not be seen
    CHECK_FALSE(host.find("OMP_PROC_BIND"));  // of engines on CPUs
    CHECK_FALSE(host.find("NCCL_DEBUG"));     // the table stands in for the embedded one
    const Knowledge wrong =
        parse_knowledge({{"variables.toml", "[[row]]\nname = \"X\"\ndecision = \"by_the_moon\"\n"}});
    CHECK(error_of([&] { choose_settings(hosts.spec, hosts.cluster, hosts.layout, wrong); }) ==
          "choosing the environment: the decision of X in the table of variables is \"by_the_moon\", "
          "which is no rule; expected \"set\", \"leave\" or the name of a rule (docs/extending.md)");
}

TEST_CASE("interpret() decides by the tables that are given") {
    const Recording recording = load_recording(R1CLUSTER_SOURCE_DIR "/tests/machines/h200-2gpu-vm");
    CHECK(interpret(recording).machines.at(0).gpudirect.is_kernel_dmabuf_able == true);
    const Knowledge changed = parse_knowledge(
        {{"tool_features.toml",
          "[[row]]\ntool = \"linux\"\nfeature = \"DMA-BUF of GPU memory\"\nsince = \"99.0\"\nsource = \"a test\"\n"}});
    CHECK(interpret(recording, changed).machines.at(0).gpudirect.is_kernel_dmabuf_able == false);
}

TEST_CASE("plan_launch() and choose_engine() decide by the tables that are given") {
    TwoHosts hosts;
    const Knowledge changed = parse_knowledge(
        {{"vllm/features.toml", "[[row]]\nfeature = \"served_by_us\"\nsince = \"99.0\"\nsource = \"a test\"\n"}});
    hosts.layout.engine.name = "vllm";
    hosts.layout.engine.version = Version::parse("0.11.1");
    const Settings settings = choose_settings(hosts.spec, hosts.cluster, hosts.layout);
    CHECK_THAT(error_of([&] { plan_launch(hosts.spec, hosts.cluster, hosts.layout, settings, changed); }),
               ContainsSubstring("is not supported; expected 99.0.0 or newer"));
    // Without a row for the second engine, every release runs the first one.
    ModelConfig config;
    config.dtype = "bfloat16";
    CHECK(choose_engine(hosts.spec, hosts.cluster, config, changed).runner == knowledge::Runner::v0);
    CHECK(choose_engine(hosts.spec, hosts.cluster, config).runner != knowledge::Runner::v0);
}

TEST_CASE("what a loader reads is decided by the tables that are given") {
    ModelConfig config;
    config.architecture = "DeepseekV3ForCausalLM";
    config.layers = 2;
    const Knowledge old =
        parse_knowledge({{"vllm/features.toml", "[[row]]\nfeature = \"head_on_every_stage\"\nsource = \"a test\"\n"}});
    CHECK(place_tensor(config, "lm_head.weight", {}, old)->is_on_every_stage);
    CHECK_FALSE(place_tensor(config, "lm_head.weight")->is_on_every_stage);
}

TEST_CASE("what a release leaves open without its key is known by release, the worst first", "[knowledge]") {
    const auto open = [](const char* version) {
        std::vector<std::string> routes;
        for (const auto* row : Knowledge::embedded().engine("vllm").open_routes(Version::parse(version)))
            routes.push_back(row->methods + " " + row->route);
        return routes;
    };
    CHECK(open("0.6.4") == std::vector<std::string>{"POST /tokenize", "POST /detokenize", "GET /metrics",
                                                    "GET /version", "GET /docs", "GET /redoc", "GET /openapi.json",
                                                    "GET /health"});
    const std::vector<std::string> middle = open("0.13.0"), newest = open("0.32.0");
    CHECK(middle[0] == "POST /scale_elastic_ep");
    CHECK(middle[1] == "POST /pause");
    const auto has = [](const std::vector<std::string>& routes, const std::string& route) {
        return std::ranges::count(routes, route) > 0;
    };
    CHECK(has(middle, "POST /inference/v1/generate"));
    CHECK_FALSE(has(open("0.22.0"), "POST /inference/v1/generate"));
    CHECK_FALSE(has(newest, "POST /pause"));
    CHECK(has(newest, "POST /invocations"));
    CHECK(has(newest, "POST /generative_scoring"));
    CHECK_FALSE(has(newest, "POST /v1/completions"));
    CHECK_FALSE(has(newest, "POST /collective_rpc"));
}

TEST_CASE("what the proxy forwards is what the release has", "[knowledge]") {
    const auto& vllm = Knowledge::embedded().engine("vllm");
    CHECK(vllm.forwarded_routes(Version::parse("0.6.4")).size() == 3);
    CHECK(vllm.forwarded_routes(Version::parse("0.32.0")).size() == 6);
    for (const auto* row : vllm.forwarded_routes(std::nullopt)) CHECK(row->is_guarded);
    REQUIRE(vllm.find_route("/ping", std::nullopt));
    CHECK(vllm.find_route("/ping", std::nullopt)->methods == "GET, POST");
    CHECK(vllm.find_route("/ping", Version::parse("0.6.4")) == nullptr);
    CHECK(Knowledge::embedded().tool_since("haproxy", "rules of the reverse proxy") == "2.4.0");
    CHECK(Knowledge::embedded().tool_since("haproxy", "time travel").empty());
}
