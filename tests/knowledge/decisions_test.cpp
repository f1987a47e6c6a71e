// SPDX-License-Identifier: Apache-2.0
// A table that is replaced changes what is decided.
#include "check/two_hosts.hpp"
#include "r1cluster/diagnose/diagnose.hpp"
#include "r1cluster/host/os/knowledge_files.hpp"
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
