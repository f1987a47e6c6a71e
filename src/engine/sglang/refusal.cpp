// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "engine/sglang/parts.hpp"

namespace r1cluster::detail::sglang {
namespace {

std::string release(const ServeCommand& command) { return "SGLang " + command.engine.version->text(); }

std::string since(const ServeCommand& command, EngineFeature feature) {
    return command.knowledge.engine(command.engine.name).since(feature);
}

/// Copies are started as data parallelism of the attention alone, which needs the experts to be shared.
std::string refusal_of_copies(const ServeCommand& command) {
    const std::string sizes = fmt::format("the layout has data parallel size {}", command.data_parallel);
    if (command.pipeline_parallel > 1)
        return fmt::format(
            "{} and {} pipeline stages; expected one of the two, because SGLang numbers their ranks in "
            "another order",
            sizes, command.pipeline_parallel);
    if (!command.is_expert_parallel)
        return sizes +
               " without expert parallelism; expected layout.expert_parallel = true, because the copies of "
               "SGLang share the experts";
    if (command.tensor_parallel > 1 && !command.has(EngineFeature::copies_of_ranks))
        return fmt::format(
            "{} and tensor parallel size {}; expected tensor parallel size 1, because {} has copies of "
            "one rank only, or {} or newer",
            sizes, command.tensor_parallel, release(command), since(command, EngineFeature::copies_of_ranks));
    return "";
}

/// A flag that lets SGLang spread whole experts, whatever --ep-size says; empty: none.
std::string exchange_flag(const ServeCommand& command) {
    for (const std::string& argument : command.spec.engine.extra_arguments) {
        const std::string flag = argument.substr(0, argument.find('='));
        if (flag == "--moe-a2a-backend" || flag == "--enable-deepep-moe") return flag;
    }
    return "";
}

}  // namespace

std::string refusal(const ServeCommand& command) {
    const EngineSpec& asked = command.spec.engine;
    if (command.pipeline_parallel > 1 && !command.has(EngineFeature::pipeline_stages))
        return fmt::format("the layout has {} pipeline stages, which {} does not have; expected {} or newer",
                           command.pipeline_parallel, release(command), since(command, EngineFeature::pipeline_stages));
    if (command.data_parallel > 1) {
        if (std::string why = refusal_of_copies(command); !why.empty()) return why;
    }
    if (command.decode_context_parallel > 1)
        return fmt::format("the layout has decode context parallel size {}; expected 1 with SGLang",
                           command.decode_context_parallel);
    if (asked.speculative_tokens > 0)
        return fmt::format(
            "engine.speculative_tokens is {}; expected 0 with SGLang, whose flags for it are "
            "--speculative-algorithm and others, in engine.extra_arguments",
            asked.speculative_tokens);
    if (asked.kv_cache_dtype == "fp8_ds_mla")
        return "engine.kv_cache_dtype is \"fp8_ds_mla\"; expected \"fp8\", \"fp8_e4m3\" or \"fp8_e5m2\" with SGLang";
    if (const std::string flag = exchange_flag(command); !flag.empty() && !command.is_expert_parallel)
        return fmt::format(
            "engine.extra_arguments has \"{}\", which spreads whole experts; expected "
            "layout.expert_parallel = true beside it",
            flag);
    return "";
}

}  // namespace r1cluster::detail::sglang
