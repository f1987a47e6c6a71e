// SPDX-License-Identifier: Apache-2.0
#include "engine/log_numbers.hpp"
#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {
namespace {

std::optional<std::uint64_t> first_gib(std::string_view line, std::initializer_list<std::string_view> markers) {
    for (const std::string_view marker : markers) {
        if (const auto bytes = gib_after(line, marker)) return bytes;
    }
    return std::nullopt;
}

/// parallel_state.py: "world_size=2 rank=1 local_rank=1 ...", "rank 1 in world size 2 is assigned as ...".
std::optional<int> rank_in(std::string_view line) {
    if (line.find("parallel_state.py") == std::string_view::npos) return std::nullopt;
    if (const auto rank = index_after(line, " rank=")) return rank;
    return line.find(" in world size ") == std::string_view::npos ? std::nullopt : index_after(line, "] rank ");
}

}  // namespace

/// "Worker_PP1_TP0 pid=11583" of "(Worker_PP1_TP0 pid=11583) INFO ...".
std::string_view process_of_line(std::string_view line) {
    if (!line.starts_with("(")) return {};
    const std::size_t end = line.find(')');
    return end == std::string_view::npos ? std::string_view{} : line.substr(1, end - 1);
}

std::optional<int> rank_of_process(std::string_view process) {
    if (process.starts_with("VllmWorker rank=")) return index_after(process, "rank=");
    // The driver of V0 has no prefix, and one rank alone is in the engine's own process. Other names (of Ray's
    // workers) do not say which rank they are.
    if (!place_of_process(process) && (process.empty() || process.starts_with("EngineCore"))) return 0;
    return std::nullopt;
}

MemoryLine read_memory_line(std::string_view line) {
    MemoryLine said;
    said.tensor_parallel = index_after(line, "tensor_parallel_size=");
    said.pipeline_parallel = index_after(line, "pipeline_parallel_size=");
    said.block_size = index_after(line, "block_size=");
    said.rank = rank_in(line);
    said.kv_tokens = number_after(line, "GPU KV cache size:");
    said.kv_blocks = number_after(line, "# GPU blocks:");
    said.weights_bytes =
        first_gib(line, {"weights memory:", "model weights take", "Model loading took", "Loading model weights took"});
    said.non_torch_bytes = first_gib(line, {"non-torch forward increase memory:", "non_torch_memory takes"});
    said.activation_bytes = first_gib(line, {"torch peak memory increase:", "PyTorch activation peak memory takes"});
    said.kv_cache_bytes =
        first_gib(line, {"Available KV cache memory:", "the rest of the memory reserved for KV Cache is"});
    if (line.find("Memory profiling results:") != std::string_view::npos) {  // 0.6.4
        if (const auto bytes = gib_after(line, "non_torch_memory=")) said.non_torch_bytes = bytes;
        if (const auto bytes = gib_after(line, "kv_cache_size=")) said.kv_cache_bytes = bytes;
        said.torch_peak_bytes = gib_after(line, "peak_torch_memory=");
    }
    said.consumed_bytes = gib_after(line, "total consumed (from mem_get_info):");  // 0.32
    const std::size_t captured = line.find("Graph capturing finished");
    if (captured != std::string_view::npos) said.graph_bytes = gib_after(line.substr(captured), "took");
    return said;
}

}  // namespace r1cluster::detail::vllm
