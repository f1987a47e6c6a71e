// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "layout/machines.hpp"
#include "model/synthetic.hpp"
#include "r1cluster/check/check.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

/// Every release at which a row of the capability table begins or ends, one before all of them and one after.
std::set<std::string> releases() {
    std::set<std::string> all{"0.6.4", "0.32.0"};
    for (const knowledge::CapabilityRule& rule : Knowledge::embedded().engine("vllm").capabilities) {
        if (rule.releases.since) all.insert(rule.releases.since->text());
        if (rule.releases.until) all.insert(rule.releases.until->text());
    }
    return all;
}

/// One GPU for each compute capability of the table of figures, and two older ones.
std::set<std::string> capabilities() {
    std::set<std::string> all{"6.0", "6.1"};
    for (const knowledge::GpuFigures& figures : Knowledge::embedded().gpus) all.insert(figures.compute_capability);
    return all;
}

/// Method and format of every quantisation that plan_layouts() can slice.
constexpr std::array<std::pair<const char*, const char*>, 7> quantisations{
    {{"fp8", "fp8_tensor"},
     {"fp8", "fp8_block"},
     {"awq", "awq"},
     {"gptq", "gptq"},
     {"compressed-tensors", "compressed_int8"},
     {"compressed-tensors", "compressed_fp8_block"},
     {"modelopt", "modelopt_fp8"}}};

/// A small Llama in each dtype, plain and quantised in each way.
std::vector<Checkpoint> checkpoints() {
    Checkpoint plain = checkpoint_of(llama_tensors(2, 1024, 4096, 256, 1024),
                                     R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama",
        "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 2, "num_attention_heads": 8,
        "num_key_value_heads": 2, "vocab_size": 1024, "max_position_embeddings": 4096})",
                                     100'000'000, "/model");
    std::vector<Checkpoint> all;
    for (const char* dtype : {"bfloat16", "float16"}) {
        plain.config.dtype = dtype;
        all.push_back(plain);
        for (const auto& [method, format] : quantisations) {
            Checkpoint quantised = plain;
            quantised.config.quantization = Quantization{.method = method, .format = format, .bits = 8};
            all.push_back(quantised);
        }
    }
    return all;
}

Cluster cluster_of(const std::string& capability, const std::string& release) {
    Cluster cluster{{gpu_machine("a", 8, 192 * gib)}, {}};
    name_gpus(cluster.machines[0], "GPU " + capability, capability);
    cluster.machines[0].engine = EngineEnvironment{"/opt/vllm/bin/python", "3.12.3", {{"vllm", release}}};
    return cluster;
}

bool is_refused_by_plan(const Plan& plan) {
    return std::any_of(plan.rejected.begin(), plan.rejected.end(), [](const RejectedLayout& rejected) {
        return rejected.because.find("has compute capability") != std::string::npos;
    });
}

bool is_refused_by_check(const Decision& decision) {
    const Report report = check(decision);
    return std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& finding) {
        return finding.id == "gpu.capability" && finding.severity == Severity::error;
    });
}

}  // namespace

TEST_CASE("plan and check agree on what a GPU can compute: every row, GPU and release", "[check]") {
    int cases = 0, refused = 0;
    for (const Checkpoint& checkpoint : checkpoints()) {
        for (const std::string& capability : capabilities()) {
            for (const std::string& release : releases()) {
                Decision decision;
                decision.cluster = cluster_of(capability, release);
                decision.spec = spec_for(decision.cluster);
                decision.spec.engine.name = "vllm";
                decision.checkpoint = checkpoint;
                decision.plan = plan_layouts(decision.spec, decision.cluster, checkpoint, {.limit = 1});
                if (!decision.plan.layouts.empty()) decision.layout = decision.plan.layouts.front();
                const bool planned = !is_refused_by_plan(decision.plan);
                INFO(fmt::format("{} {} on {} with vLLM {}", checkpoint.config.dtype,
                                 checkpoint.config.quantization ? checkpoint.config.quantization->format : "plain",
                                 capability, release));
                CHECK(planned == !is_refused_by_check(decision));
                ++cases;
                if (!planned) ++refused;
            }
        }
    }
    CHECK(cases > 500);
    CHECK(refused > 50);
    CHECK(refused < cases);
}
