// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <map>

#include "check/rule.hpp"
#include "engine/capabilities.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

Judgement judge_gpu_present(const CheckInput& input, const Subject& subject) {
    if (!uses_gpus(input, subject)) return not_concerned;
    const std::string expected = "a GPU for each rank";
    if (subject.machine.gpus.empty() && subject.machine.find_gap("gpus"))
        return {{unseen(subject.machine, "gpus", expected)}};
    if (!used_gpus(input, subject).empty()) return passed;
    return {{{Severity::error, subject.machine.gpus.empty() ? "no GPU" : "none of the GPUs that are asked for",
              expected, "check [[host]] gpus and " + command_on(subject.host, "nvidia-smi -L")}}};
}

/// A GPU of less than `least` computes the checkpoint slower, or not at all.
struct Need {
    const knowledge::CapabilityRule* rule = nullptr;
    Severity severity = Severity::error;
    std::string why;
};

std::string capability_text(int capability) { return fmt::format("{}.{}", capability / 10, capability % 10); }

/// What plan_layouts() refuses of this release is an error; what the release computes in another way, a warning.
std::vector<Need> needs(const CheckInput& input, const Version& version) {
    const knowledge::EngineKnowledge& engine = input.knowledge.engine(engine_of(input).name);
    const ModelConfig& model = input.checkpoint->config;
    const bool is_planned = input.layout && !input.layout->engine.dtype.empty();
    const std::string& dtype = is_planned ? input.layout->engine.dtype : model.dtype;
    const bool has_latent_cache =
        is_planned ? input.layout->engine.has_latent_cache : model.latent_attention.has_value();
    std::vector<Need> all;
    for (const knowledge::CapabilityRule* rule : capability_rules(engine, version, model, dtype, has_latent_cache)) {
        all.push_back({rule, Severity::error, fmt::format("{} needs {}", rule->words, capability_text(rule->least))});
    }
    const auto* bfloat16 = engine.find_capability_rule("bfloat16", version);
    const bool is_asked_for = dtype == input.spec.engine.dtype;
    if (bfloat16 && model.dtype == "bfloat16" && dtype != model.dtype && !is_asked_for) {
        all.push_back({bfloat16, Severity::warning,
                       fmt::format("below {} every rank computes in {}", capability_text(bfloat16->least), dtype)});
    }
    const auto* fp8 = engine.find_capability_rule("fp8 units", version);
    if (fp8 && model.quantization && model.quantization->method == "fp8") {
        all.push_back(
            {fp8, Severity::warning,
             fmt::format("below {} FP8 weights are unpacked by Marlin, which is slower", capability_text(fp8->least))});
    }
    return all;
}

void judge_capability_of(const Gpu& gpu, const std::vector<Need>& all, const EngineDefinition& engine,
                         const Subject& subject, std::vector<Violation>& problems) {
    const std::optional<int> capability = capability_number(gpu.compute_capability);
    if (!capability) {
        problems.push_back(
            unseen(subject.machine, fmt::format("gpu.{}.compute_capability", gpu.nvml_index), "it is known"));
        return;
    }
    for (const Need& need : all) {
        if (*capability >= need.rule->least) continue;
        problems.push_back(
            {need.severity, fmt::format("GPU {} ({}) has {}", gpu.nvml_index, gpu.name, gpu.compute_capability),
             fmt::format("compute capability {} or higher: {}", capability_text(need.rule->least), need.why),
             fmt::format("use other GPUs, a newer {}, or a checkpoint of another dtype",
                         engine.distributions.front())});
        if (need.severity == Severity::error) return;
    }
}

Judgement judge_capability(const CheckInput& input, const Subject& subject) {
    if (!uses_gpus(input, subject)) return not_concerned;
    const std::string expected = "GPUs that have the dtypes of the checkpoint";
    if (subject.machine.gpus.empty()) return {{unseen(subject.machine, "gpus", expected)}};
    if (!input.checkpoint) {
        return {{{Severity::unknown, "the checkpoint was not read", expected,
                  "read the hosts again; see checkpoint.present", "", std::string(cause_checkpoint)}}};
    }
    const auto version = installed_version(engine_of(input), subject.machine);
    if (!version) return {{unseen(subject.machine, "engine", expected)}};
    const auto all = needs(input, *version);
    std::vector<Violation> problems;
    for (const Gpu* gpu : used_gpus(input, subject)) {
        judge_capability_of(*gpu, all, engine_of(input), subject, problems);
    }
    return problems;
}

/// What two GPUs of one kind have in common; nullptr where the GPU of the rank was not seen.
const Gpu* gpu_of(const CheckInput& input, const RankPlacement& rank) {
    const Machine* machine = input.cluster.find(rank.host);
    if (!machine || !rank.gpu) return nullptr;
    return machine->find_gpu(*rank.gpu);
}

std::string kind_of(const Gpu& gpu) {
    return fmt::format("{} with {}", gpu.name, gpu.memory_bytes ? format_bytes(*gpu.memory_bytes) : "unknown memory");
}

Judgement compare_ranks(const CheckInput& input, const std::vector<const RankPlacement*>& ranks, Severity severity,
                        const std::string& expected) {
    const Gpu* first = nullptr;
    for (const RankPlacement* rank : ranks) {
        const Gpu* gpu = gpu_of(input, *rank);
        if (!gpu) {
            return {{{Severity::unknown, fmt::format("the GPU of rank {} on {} was not seen", rank->rank, rank->host),
                      expected, "read the host again"}}};
        }
        if (!first) first = gpu;
        if (kind_of(*gpu) == kind_of(*first)) continue;
        return {
            {{severity,
              fmt::format("rank {}: {}; rank {}: {}", ranks.front()->rank, kind_of(*first), rank->rank, kind_of(*gpu)),
              expected, "choose GPUs of one kind by [[host]] gpus, or another [layout]"}}};
    }
    return passed;
}

void judge_same(const CheckInput& input, Verdicts& verdicts) {
    if (!input.layout) {
        for (const Subject& subject : reached_hosts(input)) {
            if (!uses_gpus(input, subject)) continue;
            verdicts.add(subject.host.name, {{no_layout(input, "GPUs of one kind work together")}});
        }
        return;
    }
    std::map<int, std::vector<const RankPlacement*>> stages;
    std::vector<const RankPlacement*> firsts;
    for (const RankPlacement& rank : input.layout->ranks) {
        if (!rank.gpu) continue;
        auto& stage = stages[rank.pipeline_rank];
        if (stage.empty()) firsts.push_back(&rank);
        stage.push_back(&rank);
    }
    for (const auto& [stage, ranks] : stages) {
        verdicts.add(fmt::format("stage {}", stage),
                     compare_ranks(input, ranks, Severity::error, "one kind of GPU within a tensor-parallel group"));
    }
    if (firsts.size() < 2) return;
    verdicts.add("stages", compare_ranks(input, firsts, Severity::warning,
                                         "one kind of GPU in all stages; the slowest sets the pace"));
}

Judgement judge_mig(const CheckInput& input, const Subject& subject) {
    if (!uses_gpus(input, subject)) return not_concerned;
    const std::string expected = "MIG is off";
    if (subject.machine.gpus.empty()) return {{unseen(subject.machine, "gpus", expected)}};
    std::vector<Violation> problems;
    for (const Gpu* gpu : used_gpus(input, subject)) {
        if (!gpu->is_mig_enabled)
            problems.push_back(unseen(subject.machine, fmt::format("gpu.{}.mig", gpu->nvml_index), expected));
        if (!gpu->is_mig_enabled.value_or(false)) continue;
        problems.push_back({Severity::error, fmt::format("MIG is on for GPU {}", gpu->nvml_index), expected,
                            command_on(subject.host, fmt::format("sudo nvidia-smi -i {} -mig 0", gpu->nvml_index))});
    }
    return problems;
}

Judgement judge_driver(const CheckInput& input, const Subject& subject) {
    if (!uses_gpus(input, subject)) return not_concerned;
    const std::string expected = "one driver version on every host";
    if (subject.machine.gpu_driver_version.empty()) {
        return {{unseen(subject.machine, subject.machine.find_gap("driver.version") ? "driver.version" : "gpus",
                        expected)}};
    }
    for (const Subject& first : reached_hosts(input)) {
        if (!uses_gpus(input, first) || first.machine.gpu_driver_version.empty()) continue;
        if (first.machine.gpu_driver_version == subject.machine.gpu_driver_version) return passed;
        return {{{Severity::warning, "driver " + subject.machine.gpu_driver_version,
                  fmt::format("driver {}, as on {}", first.machine.gpu_driver_version, first.host.name),
                  "install the same driver on every host"}}};
    }
    return passed;
}

constexpr std::array gpu_rule_list{
    Rule{"gpu.present", each_host<judge_gpu_present>},
    Rule{"gpu.capability", each_host<judge_capability>},
    Rule{"gpu.same", judge_same},
    Rule{"gpu.mig", each_host<judge_mig>},
    Rule{"driver.same", each_of_several_hosts<judge_driver>},
};

}  // namespace

std::span<const Rule> gpu_rules() { return gpu_rule_list; }

}  // namespace r1cluster::detail
