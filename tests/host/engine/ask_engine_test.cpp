// SPDX-License-Identifier: Apache-2.0
// How an engine's Python is started, watched and ended. That it says the truth is tests/oracle's to see; here a shell
// script stands in its place.
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "model/synthetic.hpp"
#include "r1cluster/host/engine/ask_engine.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/scratch_folder.hpp"

using namespace r1cluster;
using namespace r1cluster::test;
namespace fs = std::filesystem;

namespace {

const char* const config = R"({"architectures": ["StrangeForCausalLM"], "model_type": "strange", "hidden_size": 8,
    "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100,
    "max_position_embeddings": 64})";

const std::string good_answer =
    R"({"question":0,"version":"9.9","tensors":["a"]}
{"layers_per_stage":[2]}
{"rank":0,"tensor_rank":0,"pipeline_rank":0,"parameters":[],"buffer_bytes":0,"reads":[],"computed":[]}
{"end":0,"key_list_sha256":"","refusal":""}
)";

EngineQuestion question() {
    DeploymentSpec spec;
    spec.hosts = {{.name = "x"}};
    return {checkpoint_text({{"a", "BF16", {4, 6}}}, config, 1'000, "/data/strange"), place_ranks(spec, 1, 1)};
}

/// An environment whose Python is this shell script, and a folder for temporary files that must be empty at the end.
class StandIn {
public:
    explicit StandIn(const std::string& script) {
        fs::create_directories(folder_.path() + "/environment/bin");
        fs::create_directories(folder_.path() + "/temporary");
        const std::string python = folder_.path() + "/environment/bin/python";
        std::ofstream(python) << "#!/bin/sh\ncd " << folder_.path() << "\n" << script;
        fs::permissions(python, fs::perms::owner_all);
        ::setenv("TMPDIR", (folder_.path() + "/temporary").c_str(), 1);
    }
    ~StandIn() {
        ::unsetenv("TMPDIR");
        CHECK(fs::is_empty(folder_.path() + "/temporary"));
    }
    StandIn(const StandIn&) = delete;
    StandIn& operator=(const StandIn&) = delete;

    std::string environment() const { return folder_.path() + "/environment"; }
    /// What the script wrote into a file of this name.
    std::string wrote(const std::string& name) const { return read_text_file(folder_.path() + "/" + name); }
    bool has_written(const std::string& name) const { return fs::exists(folder_.path() + "/" + name); }

private:
    ScratchFolder folder_;
};

}  // namespace

TEST_CASE("an engine's Python gets our program, headers with holes for weights, and no variable of ours",
          "[host/engine]") {
    const StandIn engine(
        "echo $1 $2 > arguments; env > variables; cp $(dirname $3)/checkpoint0/* . ; cp $4 $3 .\n"
        "cat <<END\n" +
        good_answer + "END\n");
    ::setenv("HF_TOKEN", "secret", 1);
    const EngineQuestion asked = question();
    CHECK(ask_engine(engine.environment(), asked).engine_version == "9.9");
    ::unsetenv("HF_TOKEN");
    CHECK(engine.wrote("arguments") == "-I -B\n");
    CHECK_THAT(engine.wrote("variables"), ContainsSubstring("HF_HUB_OFFLINE=1\n"));
    CHECK_THAT(engine.wrote("variables"), ContainsSubstring("CUDA_VISIBLE_DEVICES=\n"));
    CHECK_THAT(engine.wrote("variables"), !ContainsSubstring("secret"));
    CHECK(engine.wrote("config.json") == config);
    CHECK(engine.wrote("ask.py") == read_text_file(R1CLUSTER_SOURCE_DIR "/src/engine/vllm/reader/ask.py"));
    CHECK_THAT(engine.wrote("questions.json"), ContainsSubstring("\"layers_per_stage\": []"));
    const ShardText& shard = asked.checkpoint.shards.at(0);
    const std::string file = engine.wrote(shard.name);
    CHECK(file.size() == shard.size_bytes);
    CHECK(file.substr(8) == *shard.header.text + std::string(48, '\0'));
    CHECK(static_cast<unsigned char>(file[0]) == shard.declared_header_bytes);
}

TEST_CASE("a partition that is not the engine's own is asked for", "[host/engine]") {
    const StandIn engine("cp $4 .\ncat <<END\n" + good_answer + "END\n");
    EngineQuestion asked = question();
    asked.layout.is_engine_default_partition = false;
    asked.layout.layers_per_stage = {2};
    ask_engine_all(engine.environment(), {asked});
    CHECK_THAT(engine.wrote("questions.json"), ContainsSubstring("\"layers_per_stage\": [\n      2\n    ]"));
}

TEST_CASE("an engine's refusal is thrown in its words where one answer is wanted", "[host/engine]") {
    const StandIn engine(
        "echo '{\"question\":0,\"version\":\"9.9\",\"tensors\":[\"a\"]}'\n"
        "echo '{\"end\":0,\"key_list_sha256\":\"\",\"refusal\":\"ValueError: no such model\"}'\n");
    CHECK(ask_engine_all(engine.environment(), {question()}).at(0).refusal == "ValueError: no such model");
    CHECK(error_of([&] { ask_engine(engine.environment(), question()); }) ==
          "asking release 9.9 of the engine about \"/data/strange\" with TP 1 x PP 1: it refuses: ValueError: no such "
          "model");
}

TEST_CASE("an engine's Python that ends early is told with its last words", "[host/engine]") {
    const StandIn engine("echo Traceback >&2; echo \"ModuleNotFoundError: No module named 'vllm'\" >&2; exit 1\n");
    CHECK(error_of([&] { ask_engine(engine.environment(), question()); }) ==
          "unavailable: asking the engine of \"" + engine.environment() +
              "\": its Python ended with 0 of 1 answers: ModuleNotFoundError: No module named 'vllm'; expected an "
              "environment that has the engine");
}

TEST_CASE("what an engine's Python says beside the answer is refused with its line", "[host/engine]") {
    const StandIn engine("echo hello\n");
    CHECK_THAT(error_of([&] { ask_engine(engine.environment(), question()); }),
               StartsWith("the answer of " + engine.environment() + ":1:1: not JSON"));
    const StandIn chatty("cat <<END\n" + good_answer + "{}\nEND\n");
    CHECK_THAT(error_of([&] { ask_engine(chatty.environment(), question()); }),
               ContainsSubstring("more answers than questions"));
}

TEST_CASE("an engine's Python does not outlive its time, nor an interruption", "[host/engine]") {
    const StandIn engine("echo $$ > pid; exec sleep 100\n");
    const auto is_running = [&] { return ::kill(std::stoi(engine.wrote("pid")), 0) == 0; };
    CHECK(error_of([&] { ask_engine(engine.environment(), question(), {}, 1); }) ==
          "timed_out: asking the engine of \"" + engine.environment() + "\": no end after 1 s, with 0 of 1 answers");
    CHECK_FALSE(is_running());
    HostOptions options;
    int asked = 0;
    options.is_cancelled = [&] { return ++asked > 3; };
    CHECK(error_of([&] { ask_engine(engine.environment(), question(), options); }) == "interrupted: interrupted");
    CHECK_FALSE(is_running());
}

TEST_CASE("nothing is started for an environment that is none, a checkpoint that is not whole, or no ranks",
          "[host/engine]") {
    const StandIn engine("touch started\n");
    CHECK(error_of([&] { ask_engine("/nowhere", question()); }) ==
          "not_found: asking the engine of \"/nowhere\": \"/nowhere\" is no program; expected a Python environment's "
          "folder, or its interpreter");
    EngineQuestion asked = question();
    asked.layout.ranks.clear();
    CHECK(error_of([&] { ask_engine(engine.environment(), asked); }) ==
          "asking the engine about TP 1 x PP 1 with 0 ranks: expected 1 to 4096 ranks, and a placement for each");
    asked = question();
    asked.checkpoint.shards.clear();
    CHECK_THAT(error_of([&] { ask_engine(engine.environment(), asked); }), ContainsSubstring("is missing"));
    CHECK_FALSE(engine.has_written("started"));
    CHECK(ask_engine_all(engine.environment(), {}).empty());
}
