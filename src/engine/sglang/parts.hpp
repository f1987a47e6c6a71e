// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parts of sglang_definition, a file each.

#include "engine/definition.hpp"

namespace r1cluster::detail::sglang {

inline constexpr OptionFlags flags{.memory_share = "--mem-fraction-static",
                                   .max_model_len = "--context-length",
                                   .max_batched_tokens = "--chunked-prefill-size",
                                   .max_sequences = "--max-running-requests",
                                   .block_size = "--page-size",
                                   .eager = "--disable-cuda-graph",
                                   .default_share = 0.88};

/// The row for the smallest GPU; nullptr: there is none, or no row fits.
const knowledge::MemoryReserve* find_reserve(const EngineRequest& request, const EngineOptions& options);
/// The share that SGLang takes by itself, where neither spec nor flag says one.
void choose_memory_share(const EngineRequest& request, const knowledge::MemoryReserve& row, EngineOptions& options);

void choose_options(const EngineRequest& request, EngineOptions& options);
std::vector<int> default_partition(std::int64_t layers, int pipeline_parallel, const std::optional<Version>& version);

std::string refusal(const ServeCommand& command);
CommandLine serve_command(const ServeCommand& command);
std::span<const VariableRule> variable_rules();

std::string_view process_of_line(std::string_view line);
std::optional<int> rank_of_process(std::string_view process);
MemoryLine read_memory_line(std::string_view line);

std::optional<EngineProcess> process_of_title(std::string_view title);
std::optional<SeenRank> rank_of_line(std::string_view line);
std::optional<std::size_t> progress_of_metrics(std::string_view text);

}  // namespace r1cluster::detail::sglang
