// SPDX-License-Identifier: Apache-2.0
#include "engine/sglang/definition.hpp"

#include <array>

#include "engine/log_numbers.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::array<std::string_view, 1> distributions{"sglang"};

void choose_sglang_options(const EngineRequest& request, EngineOptions& options) {
    options.runner = knowledge::Runner::sglang;
    options.memory = &memory_of(options, *options.knowledge);
    options.has_latent_cache = request.config.latent_attention.has_value();
    choose_common_options(request, {.memory_share = "--mem-fraction-static", .max_model_len = "--context-length"},
                          options);
    constexpr std::uint64_t large = std::uint64_t{70} << 30;
    const bool is_large = least_memory(request.devices) >= large;
    choose_batch(request, is_large ? BatchDefaults{8192, 1024} : BatchDefaults{2048, 256}, options);
    choose_block_size(request, 1, options);
}

/// distributed/utils.py, get_pp_indices: the remainder goes to the stages before the last.
std::vector<int> default_sglang_partition(std::int64_t layers, int pipeline_parallel, const std::optional<Version>&) {
    const auto stages = static_cast<std::size_t>(pipeline_parallel);
    std::vector<int> partition(stages, static_cast<int>(layers / pipeline_parallel));
    const auto remainder = static_cast<std::size_t>(layers % pipeline_parallel);
    for (std::size_t i = 0; i < remainder; ++i) ++partition[stages - 2 - i];
    return partition;
}

/// "DP0 TP3" of "[2025-05-01 12:00:00 DP0 TP3] ...".
std::string_view process_of_line(std::string_view line) {
    constexpr std::size_t date = 21;
    if (!line.starts_with("[2")) return {};
    const std::size_t end = line.find(']');
    return end != std::string_view::npos && end > date ? line.substr(date, end - date) : std::string_view{};
}

std::optional<int> rank_of_process(std::string_view) { return std::nullopt; }

MemoryLine read_memory_line(std::string_view line) {
    MemoryLine said;
    said.tensor_parallel = index_after(line, " tp_size=");
    said.pipeline_parallel = index_after(line, " pp_size=");
    said.kv_tokens = number_after(line, "max_total_num_tokens=");
    if (line.find("Load weight end") != std::string_view::npos) said.weights_bytes = gib_after(line, "mem usage=");
    const std::size_t ended = line.find("Capture cuda graph end");
    if (ended != std::string_view::npos) said.graph_bytes = gib_after(line.substr(ended), "mem usage=");
    return said;
}

}  // namespace

constinit const EngineDefinition sglang_definition{
    .name = "sglang",
    .title = "SGLang",
    .distributions = distributions,
    .partition_variable = "SGLANG_PP_LAYER_PARTITION",
    .choose_options = &choose_sglang_options,
    .default_partition = &default_sglang_partition,
    .preemption_metric = {},
    .memory_log = {.process_of = &process_of_line, .rank_of_process = &rank_of_process, .read = &read_memory_line},
    .launch = nullptr,
};

}  // namespace r1cluster::detail
