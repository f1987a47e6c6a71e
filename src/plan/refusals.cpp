// SPDX-License-Identifier: Apache-2.0
#include "plan/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "engine/capabilities.hpp"
#include "engine/registry/registry.hpp"
#include "layout/words.hpp"
#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster::detail {
std::string engine_refusal(const EngineOptions& options, const ModelConfig& config, const Devices& devices) {
    if (!devices.is_gpu) return "";
    const std::string_view title = engine_called(options.name).title;
    const knowledge::EngineKnowledge& engine = options.knowledge->engine(options.name);
    for (const knowledge::CapabilityRule* rule :
         capability_rules(engine, options.version, config, options.dtype, options.has_latent_cache)) {
        for (const Device& device : devices.kinds) {
            const std::optional<int> capability = capability_number(device.compute_capability);
            if (!capability || *capability >= rule->least) continue;
            const std::string other = engine.releases_that_can(rule->what, *capability);
            return fmt::format(
                "{} has compute capability {}.{}, too little for {} in {}{} ({}.{} or more): \"{}\" ({}){}",
                device.name.empty() ? "a GPU" : device.name, *capability / 10, *capability % 10,
                rule->what == "kernels" ? "the kernels" : rule->what, title,
                options.version ? " " + options.version->text() : "", rule->least / 10, rule->least % 10,
                rule->engine_says, rule->source, other.empty() ? "" : fmt::format("; {} {} can", title, other));
        }
    }
    return "";
}

SizeRefusals::SizeRefusals(const SearchInput& input, Rejections& rejections)
    : input_(input), rejections_(rejections), family_(family_of(input.config)) {}

bool SizeRefusals::refuses(const LayoutSizes& sizes) {
    return refuses_division(sizes) || refuses_experts(sizes) || refuses_context(sizes) || refuses_pipeline(sizes) ||
           refuses_placement(sizes);
}

const SizeRefusal& SizeRefusals::division_of(const WeightSizes& sizes) {
    const auto [found, is_new] = divisions_.try_emplace(sizes);
    if (is_new) {
        found->second = tensor_parallel_refusal(input_.config, sizes.tensor_parallel, sizes.data_parallel,
                                                sizes.is_expert_parallel);
    }
    return found->second;
}

bool SizeRefusals::refuses_division(const LayoutSizes& sizes) {
    const int data = input_.config.experts ? sizes.data_parallel : 1;
    const SizeRefusal& refusal = division_of({sizes.tensor_parallel, data, sizes.is_expert_parallel});
    if (refusal.text.empty()) return false;
    // What holds for whole experts too is about the tensor-parallel size alone.
    const SizeRefusal& of_tensor = division_of({sizes.tensor_parallel, 1, true});
    const bool is_of_tensor = !of_tensor.text.empty() || data == 1;
    rejections_.add(of_tensor.text.empty() ? refusal.reason : of_tensor.reason,
                    is_of_tensor ? Scope::tensor : Scope::tensor_and_data, sizes, refusal.text, refusal.brief);
    return true;
}

bool SizeRefusals::refuses_release(std::string_view division, Scope scope, const LayoutSizes& sizes) {
    const knowledge::DivisionRule* rule = input_.options.knowledge->engine(input_.options.name)
                                              .find_division_rule(division, family_, input_.options.version);
    if (!rule) return false;
    rejections_.add(division, scope, sizes,
                    fmt::format("{} {}: {} ({})", engine_called(input_.options.name).title,
                                input_.options.version->text(), rule->engine_says, rule->source));
    return true;
}

bool SizeRefusals::refuses_experts(const LayoutSizes& sizes) {
    if (!sizes.is_expert_parallel) return false;
    if (!input_.config.experts) {
        rejections_.add(
            "no experts", Scope::experts, sizes,
            fmt::format("--enable-expert-parallel spreads whole experts, and {} has none", input_.config.architecture));
        return true;
    }
    const std::int64_t ranks = std::int64_t{sizes.tensor_parallel} * sizes.data_parallel;
    if (ranks > input_.config.experts->routed) {
        rejections_.add("few experts", Scope::tensor_and_data, sizes,
                        fmt::format("{} experts for an expert-parallel size of {} leave ranks without any",
                                    input_.config.experts->routed, ranks));
        return true;
    }
    return refuses_release("expert parallel", Scope::experts, sizes);
}

// In the engine's words (config/parallel.py and model.py).
bool SizeRefusals::refuses_context(const LayoutSizes& sizes) {
    const int tensor = sizes.tensor_parallel, context = sizes.decode_context_parallel;
    if (context == 1) return false;
    if (context < 1 || tensor % context != 0) {
        rejections_.add("dcp divides tp", Scope::contexts, sizes,
                        fmt::format("tp_size={} must be divisible by dcp_size={}", tensor, context));
        return true;
    }
    const std::int64_t heads = input_.config.kv_heads;
    std::string text;
    std::string_view reason;
    if (!input_.config.latent_attention && tensor <= heads) {
        reason = "dcp needs shared heads";
        text = fmt::format(
            "Decode context parallelism for GQA/MQA requires --tensor-parallel-size ({}) to be greater than the "
            "model's total number of KV heads ({})",
            tensor, heads);
    } else if (!input_.config.latent_attention && context > tensor / heads) {
        reason = "dcp too large";
        text = fmt::format(
            "--decode-context-parallel-size ({}) exceeds the maximum supported value ({}) for --tensor-parallel-size "
            "({}) and {} model KV heads",
            context, tensor / heads, tensor, heads);
    } else if (!input_.config.latent_attention && input_.config.attention_heads / heads % context != 0) {
        reason = "dcp divides heads";
        text = fmt::format(
            "The model's number of query heads per KV head ({}) must be divisible by --decode-context-parallel-size "
            "({}) for GQA/MQA",
            input_.config.attention_heads / heads, context);
    }
    if (text.empty()) return refuses_release("decode context parallel", Scope::contexts, sizes);
    rejections_.add(reason, Scope::contexts, sizes, text);
    return true;
}

bool SizeRefusals::refuses_pipeline(const LayoutSizes& sizes) {
    if (sizes.pipeline_parallel < 1) {
        rejections_.add("stages", Scope::all, sizes,
                        fmt::format("pipeline parallel size {} is not positive", sizes.pipeline_parallel));
        return true;
    }
    if (input_.config.layers < sizes.pipeline_parallel) {
        rejections_.add("few layers", Scope::stages, sizes,
                        fmt::format("{} layers cannot be divided over {} pipeline stages", input_.config.layers,
                                    sizes.pipeline_parallel));
        return true;
    }
    // In the engine's words (distributed/utils.py, get_pp_indices).
    if (const auto& partition = input_.spec.layout.layers_per_stage) {
        const auto sum = std::accumulate(partition->begin(), partition->end(), std::int64_t{0});
        std::string text;
        std::string_view reason = "partition of stages";
        if (partition->size() != static_cast<std::size_t>(sizes.pipeline_parallel)) {
            text =
                fmt::format("len(partitions)={} does not match pp_size={}", partition->size(), sizes.pipeline_parallel);
        } else if (sum != input_.config.layers) {
            reason = "partition of layers";
            text = fmt::format("sum(partitions)={} does not match num_hidden_layers={}", sum, input_.config.layers);
        } else if (std::ranges::any_of(*partition, [](int count) { return count < 1; })) {
            reason = "empty stage";
            text = fmt::format("layers_per_stage {} leaves a stage without a layer", joined(*partition));
        }
        if (!text.empty()) {
            rejections_.add(reason, Scope::all, sizes, text);
            return true;
        }
    }
    return sizes.pipeline_parallel > 1 && refuses_release("pipeline parallel", Scope::stages, sizes);
}

bool SizeRefusals::refuses_placement(const LayoutSizes& sizes) {
    const Devices& devices = input_.devices;
    const std::int64_t world = std::int64_t{sizes.tensor_parallel} * sizes.pipeline_parallel * sizes.data_parallel;
    const auto hosts = static_cast<std::int64_t>(devices.hosts.size());
    if (world % hosts != 0) {
        rejections_.add(
            "unequal hosts", Scope::all, sizes,
            fmt::format(
                "{} rank{} cannot be shared equally by {} hosts; leave a host out of the spec or change the sizes",
                world, world == 1 ? "" : "s", hosts));
        return true;
    }
    if (world / hosts <= devices.per_host) return false;
    rejections_.add(
        "few devices", Scope::all, sizes,
        fmt::format("{} ranks on each host, but there {} {} {}{}", world / hosts, devices.per_host == 1 ? "is" : "are",
                    devices.per_host, devices.is_gpu ? "GPU" : "CPU rank between hosts",
                    devices.is_gpu && devices.per_host != 1 ? "s" : ""));
    return true;
}

}  // namespace r1cluster::detail
