// SPDX-License-Identifier: Apache-2.0
#include "engine/log_numbers.hpp"
#include "engine/sglang/parts.hpp"

namespace r1cluster::detail::sglang {

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

}  // namespace r1cluster::detail::sglang
