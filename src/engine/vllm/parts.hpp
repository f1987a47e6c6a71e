// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The parts of vllm_definition, a file each.

#include "engine/definition.hpp"

namespace r1cluster::detail::vllm {

inline constexpr std::string_view partition_variable = "VLLM_PP_LAYER_PARTITION";
inline constexpr std::string_view address_variable = "VLLM_HOST_IP";

void choose_options(const EngineRequest& request, EngineOptions& options);
std::vector<int> default_partition(std::int64_t layers, int pipeline_parallel, const std::optional<Version>& version);
CommandLine serve_command(const ServeCommand& command);
std::span<const VariableRule> variable_rules();

std::string_view process_of_line(std::string_view line);
std::optional<int> rank_of_process(std::string_view process);
MemoryLine read_memory_line(std::string_view line);

/// vLLM's line by which a worker names itself: "(Worker pid=8682) ... rank 0 in world size 2 is assigned as ..."
/// (vllm/distributed/parallel_state.py, initialize_model_parallel). Nullopt for other lines, and for those that Ray
/// repeats from another host.
std::optional<SeenRank> rank_of_line(std::string_view line);
std::optional<EngineProcess> process_of_title(std::string_view title);
std::optional<std::size_t> progress_of_metrics(std::string_view text);

}  // namespace r1cluster::detail::vllm
