// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

namespace {

std::string error_of_file(const std::string& name, const std::string& text) {
    return error_of([&] { parse_knowledge({{name, text}}); });
}

/// "line: message" of each problem in a file that stands beside the embedded ones.
std::vector<std::string> lint_of(const std::string& name, const std::string& text) {
    std::vector<std::string> lines;
    for (const knowledge::TableProblem& problem : lint_knowledge({{name, text}})) {
        if (problem.file == name) lines.push_back(std::to_string(problem.line) + ": " + problem.message);
    }
    return lines;
}

}  // namespace

TEST_CASE("the embedded tables have no problem") {
    std::string all;
    for (const knowledge::TableProblem& problem : lint_knowledge({})) {
        all += problem.file + ":" + std::to_string(problem.line) + ": " + problem.message + "\n";
    }
    CHECK(all == "");
}

TEST_CASE("the embedded tables survive JSON") {
    const Knowledge& embedded = Knowledge::embedded();
    CHECK(from_json<Knowledge>(to_json(embedded)) == embedded);
}

TEST_CASE("a file stands in for the embedded table of its name, and for no other") {
    const Knowledge changed = parse_knowledge({{"gpu_ids.toml", "[[row]]\ndevice_id = \"0x1\"\nmodel = \"G\"\n"}});
    REQUIRE(changed.gpu_ids.size() == 1);
    CHECK(changed.gpu_ids[0].model == "G");
    CHECK(changed.gpus == Knowledge::embedded().gpus);
}

TEST_CASE("a row takes from [default] what it leaves out") {
    const Knowledge changed = parse_knowledge({{"gpu_ids.toml", R"(
[default]
source = "a list"
model = "G"
[[row]]
device_id = "0x1"
[[row]]
device_id = "0x2"
model = "H"
)"}});
    CHECK(changed.gpu_ids[0].model == "G");
    CHECK(changed.gpu_ids[1].model == "H");
    CHECK(changed.gpu_ids[1].source == "a list");
}

TEST_CASE("what cannot be read is told with its place") {
    CHECK(error_of_file("gpu_ids.toml", "[[row") ==
          "gpu_ids.toml:1:6: not TOML: Error while parsing table header: encountered end-of-file");
    CHECK(error_of_file("gpus.toml", "[[row]]\nwords = 3\n") == "gpus.toml:2:9: words must be a text, but is 3");
    CHECK(error_of_file("gpus.toml", "[[row]]\nwords = \"X\"\nfp8_tflops = -1\n") ==
          "gpus.toml:3:14: fp8_tflops must be a number of 0 or more, but is -1");
    CHECK(error_of_file("gpu_ids.toml", "[[row]]\nmodel = \"G\"\n") ==
          "gpu_ids.toml:1:1: the row has no \"device_id\"");
    CHECK(error_of_file("gpu_ids.toml", "[[row]]\ndevice_id = \"0x1\"\ncolour = 1\n") ==
          "gpu_ids.toml:3:1: unknown key \"colour\"; known here: compute_capability, confidence, device_id, model, "
          "source");
    CHECK(error_of_file("gpu_ids.toml", "[default]\ncolour = 1\n") ==
          "gpu_ids.toml:2:1: unknown key \"colour\"; known here: compute_capability, confidence, device_id, model, "
          "source");
    CHECK(error_of_file("gpu_ids.toml", "[[gpu]]\n") ==
          "gpu_ids.toml:1:3: expected [[row]] for each row, and [default] for what rows leave out");
    CHECK(error_of_file("vllm/flags.toml", "[[row]]\nflag = \"--x\"\nsince = \"soon\"\n") ==
          "vllm/flags.toml:3:9: since must be a release such as \"0.11.1\", but is \"soon\"");
    CHECK(error_of_file("vllm/flags.toml", "[[row]]\nflag = \"--x\"\nconfidence = \"sure\"\n") ==
          "vllm/flags.toml:3:14: confidence must be one of \"verified\", \"reported\", \"inferred\", but is "
          "\"sure\"");
    CHECK(error_of_file("storage.toml", "[[row]]\nwords = \"tape\"\ngbytes_per_s = [3, 2, 1]\n") ==
          "storage.toml:3:16: gbytes_per_s must be a number, or a list of three rising numbers: [low, likely, high], "
          "but is a list");
    CHECK(error_of_file("storage.toml", "[[row]]\nwords = \"tape\"\nfilesystems = [\"ltfs\"]\n") ==
          "storage.toml:1:1: the table needs a row without filesystems, for any other");
    CHECK(error_of_file("vllm/colours.toml", "") ==
          "vllm/colours.toml:1:1: no table has this name; expected one of releases.toml, flags.toml, "
          "variables.toml, features.toml, "
          "capabilities.toml, divisions.toml, memory.toml, reserves.toml, "
          "overheads.toml, signatures.toml, routes.toml");
    CHECK(error_of_file("../x/gpus.toml", "") ==
          "../x/gpus.toml:1:1: the folder must be the name of an engine, in small letters");
    CHECK(error_of_file("gpus.toml", std::string((1 << 20) + 1, ' ')) ==
          "gpus.toml:1:1: the file has more than 1048576 bytes");
}

TEST_CASE("lint finds rows without source or confidence") {
    CHECK(lint_of("vllm/flags.toml", "[[row]]\nflag = \"--x\"\n") ==
          std::vector<std::string>{"1: the row \"--x\" has no source", "1: the row \"--x\" has no confidence"});
}

TEST_CASE("lint finds rows that are for no release, and two that are for the same") {
    const std::string head = "[default]\nsource = \"a\"\nconfidence = \"verified\"\n";
    CHECK(lint_of("vllm/flags.toml", head + "[[row]]\nflag = \"--x\"\nsince = \"0.9\"\nuntil = \"0.8\"\n") ==
          std::vector<std::string>{"4: the row \"--x\" is for no release: since 0.9.0 until 0.8.0"});
    CHECK(lint_of("vllm/flags.toml", head + "[[row]]\nflag = \"--x\"\nuntil = \"0.8\"\n[[row]]\nflag = \"--x\"\n") ==
          std::vector<std::string>{"7: the row \"--x\" and the one of line 4 are for the same releases"});
    CHECK(lint_of("vllm/flags.toml",
                  head + "[[row]]\nflag = \"--x\"\nuntil = \"0.8\"\n[[row]]\nflag = \"--x\"\nsince = \"0.8\"\n")
              .empty());
}

TEST_CASE("a feature is there from its release on, and where the release is not known") {
    const knowledge::EngineKnowledge& vllm = Knowledge::embedded().engine("vllm");
    CHECK(vllm.since(knowledge::EngineFeature::several_hosts_by_mp) == "0.11.1");
    CHECK_FALSE(vllm.has(knowledge::EngineFeature::several_hosts_by_mp, Version::parse("0.11.0")));
    CHECK(vllm.has(knowledge::EngineFeature::several_hosts_by_mp, Version::parse("0.11.1")));
    CHECK(vllm.has(knowledge::EngineFeature::several_hosts_by_mp, std::nullopt));
}

TEST_CASE("a removed flag has the release that lost it and what took its place") {
    const knowledge::EngineFlag* flag = Knowledge::embedded().engine("vllm").find_flag("--speculative-model");
    REQUIRE(flag);
    CHECK(flag->releases.contain(Version::parse("0.8.4")));
    CHECK_FALSE(flag->releases.contain(Version::parse("0.8.5")));
    CHECK(flag->replacement == "--speculative-config");
}

TEST_CASE("the link between CPUs in NCCL's model is that of the model of CPU") {
    const Knowledge& tables = Knowledge::embedded();
    CHECK(tables.nccl_between_cpus_gbytes_per_s("GenuineIntel", 6, 0xCF) == 40);
    CHECK(tables.nccl_between_cpus_gbytes_per_s("GenuineIntel", 6, 0x8F) == 22);
    CHECK(tables.nccl_between_cpus_gbytes_per_s("GenuineIntel", 6, 0x55) == 10);
    CHECK(tables.nccl_between_cpus_gbytes_per_s("GenuineIntel", 6, 0x54) == 6);
    CHECK(tables.nccl_between_cpus_gbytes_per_s("CentaurHauls", 7, 0x5B) == 9);
    CHECK(tables.nccl_between_cpus_gbytes_per_s("CentaurHauls", 7, 0x5C) == 6);
    CHECK(tables.nccl_between_cpus_gbytes_per_s("IBM", 0, 0) == 5000);
    CHECK(tables.nccl_nvlink_gbytes_per_s("12.1") == 40.1);
    CHECK(tables.nccl_nvlink_gbytes_per_s("8.6") == 12);
    CHECK(tables.nccl_nvlink_gbytes_per_s("") == 20);
}

TEST_CASE("a figure may be one number, and every figure that forecasts ask for must be there", "[knowledge]") {
    const Knowledge& tables = Knowledge::embedded();
    CHECK(tables.figure(knowledge::SpeedFigure::mlp_kernels) == Interval{4, 4, 4});
    CHECK(tables.figure(knowledge::LinkFigure::nvlink_latency_us) == Interval{3.5, 5, 9});
    CHECK(Knowledge{}.figure(knowledge::SpeedFigure::mlp_kernels) == Interval{4, 4, 4});
    CHECK(error_of_file("memory_figures.toml", "[[row]]\nname = \"worker_gib\"\nvalue = 1\n") ==
          "memory_figures.toml:1:1: the table needs a row \"driver_reserve_mib\"");
    CHECK_THAT(error_of_file("memory_figures.toml", "[[row]]\nname = \"colour\"\n"),
               StartsWith("memory_figures.toml:2:8: name must be one of \"driver_reserve_mib\", \"cublas_mib\""));
}

TEST_CASE("memory of a context is that of the nearest smaller number of ranks", "[knowledge]") {
    const Knowledge& tables = Knowledge::embedded();
    CHECK(tables.find_context_memory("since_after_nccl", 1).mib.likely == 225);
    CHECK(tables.find_context_memory("since_after_nccl", 2).mib.likely == 550);
    CHECK(tables.find_context_memory("since_after_nccl", 16).mib.likely == 900);
    CHECK(error_of([&] { tables.find_context_memory("colour", 1); }) ==
          "internal: looking up memory of a context \"colour\": there is no row of its name");
}

TEST_CASE("lint finds variables without a decision, and values that the program does not take", "[knowledge]") {
    const std::string head = "[default]\nsource = \"a\"\nconfidence = \"verified\"\n[[row]]\nname = \"X\"\n";
    CHECK(lint_of("variables.toml", head) == std::vector<std::string>{"4: the row \"X\" has no decision"});
    CHECK(lint_of("variables.toml", head + "decision = \"set\"\nvalue = \"2\"\nvalues = [\"0\", \"1\"]\n") ==
          std::vector<std::string>{"4: the row \"X\" sets \"2\", which is not one of its values"});
}

TEST_CASE("a verb prints what a table holds, with exact figures as one number", "[knowledge]") {
    CHECK_THAT(show(Knowledge::embedded(), "speed_figures"),
               ContainsSubstring("value                    0.85 (0.75 to 0.93)") &&
                   ContainsSubstring("value                    4\n") &&
                   ContainsSubstring("source                   ai-dynamo/aiconfigurator takes 0.8"));
}
