// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "r1cluster/memory/memory.hpp"

namespace r1cluster {
namespace {

/// The digits after `marker`, in a line of a log: "took 15.0 GiB" is 15.
std::optional<double> number_after(std::string_view line, std::string_view marker) {
    const std::size_t found = line.find(marker);
    if (found == std::string_view::npos) return std::nullopt;
    std::string digits;
    for (const char character : line.substr(found + marker.size())) {
        const bool is_part = (character >= '0' && character <= '9') || character == '.';
        if (is_part)
            digits += character;
        else if (!digits.empty() && character == ',')
            continue;
        else if (!(digits.empty() && character == ' '))
            break;
        if (digits.size() > 20) return std::nullopt;
    }
    double value = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc()) return std::nullopt;
    return value;
}

constexpr int most_ranks = 1 << 20;

std::optional<int> index_after(std::string_view line, std::string_view marker) {
    const std::optional<double> number = number_after(line, marker);
    if (!number || *number > most_ranks) return std::nullopt;
    return static_cast<int>(*number);
}

/// Both engines count 2^30 bytes, whether they write GB or GiB.
std::optional<std::uint64_t> gib_after(std::string_view line, std::string_view marker) {
    const std::optional<double> number = number_after(line, marker);
    constexpr double most = 1 << 20;
    if (!number || *number > most) return std::nullopt;
    return static_cast<std::uint64_t>(std::llround(*number * static_cast<double>(std::uint64_t{1} << 30)));
}

template <class T>
void keep(std::optional<T>& field, const std::optional<T>& value) {
    if (value) field = value;
}

/// Who wrote a line: "Worker_PP1_TP0 pid=11583" of vLLM, "DP0 TP3 EP3" of SGLang; empty: the only process there is.
std::string_view process_of(std::string_view line) {
    if (line.starts_with("(")) {
        const std::size_t end = line.find(')');
        return end == std::string_view::npos ? std::string_view{} : line.substr(1, end - 1);
    }
    if (line.starts_with("[2")) {  // "[2025-05-01 12:00:00 DP0 TP3] ..."
        const std::size_t end = line.find(']');
        constexpr std::size_t date = 21;
        if (end != std::string_view::npos && end > date) return line.substr(date, end - date);
    }
    return {};
}

struct Coordinates {
    int data = 0, stage = 0, tensor = 0;
};

/// The place that a process has in its own name.
std::optional<Coordinates> coordinates_of(std::string_view process) {
    const auto part = [&](std::string_view marker) -> std::optional<int> {
        std::size_t found = process.find(marker);
        // "PCP" and "DCP" end in other words' letters
        while (found != std::string_view::npos && found > 0 && process[found - 1] != '_' && process[found - 1] != ' ') {
            found = process.find(marker, found + 1);
        }
        return found == std::string_view::npos ? std::nullopt : index_after(process.substr(found), marker);
    };
    const std::optional<int> data = part("DP"), stage = part("PP"), tensor = part("TP");
    if (!data && !stage && !tensor) return std::nullopt;
    return Coordinates{data.value_or(0), stage.value_or(0), tensor.value_or(0)};
}

class Reader {
public:
    void read(std::string_view line) {
        const std::string_view process = process_of(line);
        note_sizes(line);
        note_rank(process, line);
        note_tokens(process, line);
        note_memory(process, line);
    }

    Calibration result(std::string_view source) const {
        Calibration calibration;
        calibration.source = source;
        std::map<int, RankCalibration> by_rank;
        for (const auto& [process, found] : memory_) {
            const std::optional<int> rank = rank_of(process);
            if (!rank || found == RankCalibration{}) continue;
            RankCalibration& merged = by_rank[*rank];
            merged.rank = *rank;
            keep(merged.weights_bytes, found.weights_bytes);
            keep(merged.non_torch_bytes, found.non_torch_bytes);
            keep(merged.activation_bytes, found.activation_bytes);
            keep(merged.graph_bytes, found.graph_bytes);
            keep(merged.kv_cache_bytes, found.kv_cache_bytes);
        }
        for (const auto& [rank, found] : by_rank) calibration.ranks.push_back(found);
        for (const auto& [part, tokens] : tokens_) calibration.kv_tokens = calibration.kv_tokens.value_or(0) + tokens;
        return calibration;
    }

private:
    void note_sizes(std::string_view line) {
        if (const auto size = index_after(line, "tensor_parallel_size=")) tensor_parallel_ = *size;
        if (const auto size = index_after(line, "pipeline_parallel_size=")) pipeline_parallel_ = *size;
        if (const auto size = index_after(line, "block_size=")) block_size_ = *size;
        if (const auto size = index_after(line, " tp_size=")) tensor_parallel_ = *size;
        if (const auto size = index_after(line, " pp_size=")) pipeline_parallel_ = *size;
    }

    /// parallel_state.py: "world_size=2 rank=1 local_rank=1 ...", "rank 1 in world size 2 is assigned as ...".
    void note_rank(std::string_view process, std::string_view line) {
        if (process.empty() || line.find("parallel_state.py") == std::string_view::npos) return;
        std::optional<int> rank = index_after(line, " rank=");
        if (!rank && line.find(" in world size ") != std::string_view::npos) rank = index_after(line, "] rank ");
        if (rank) ranks_[std::string(process)] = *rank;
    }

    void note_tokens(std::string_view process, std::string_view line) {
        std::optional<double> tokens = number_after(line, "GPU KV cache size:");
        if (!tokens) tokens = number_after(line, "max_total_num_tokens=");
        if (!tokens) {
            tokens = number_after(line, "# GPU blocks:");
            if (tokens) *tokens *= block_size_;
        }
        constexpr double most = 1e15;
        if (!tokens || *tokens > most) return;
        // Each rank may say what it has room for, and all get the least; each data-parallel part has its own.
        const std::optional<Coordinates> place = coordinates_of(process);
        const auto whole = static_cast<std::int64_t>(*tokens);
        const auto [known, is_new] = tokens_.try_emplace(place ? place->data : 0, whole);
        if (!is_new) known->second = std::min(known->second, whole);
    }

    void note_memory(std::string_view process, std::string_view line) {
        RankCalibration found;
        keep(found.weights_bytes, gib_after(line, "Loading model weights took"));
        keep(found.weights_bytes, gib_after(line, "Model loading took"));
        keep(found.weights_bytes, gib_after(line, "model weights take"));
        keep(found.weights_bytes, gib_after(line, "weights memory:"));
        keep(found.non_torch_bytes, gib_after(line, "non_torch_memory takes"));
        keep(found.non_torch_bytes, gib_after(line, "non-torch forward increase memory:"));
        keep(found.activation_bytes, gib_after(line, "PyTorch activation peak memory takes"));
        keep(found.activation_bytes, gib_after(line, "torch peak memory increase:"));
        keep(found.kv_cache_bytes, gib_after(line, "the rest of the memory reserved for KV Cache is"));
        keep(found.kv_cache_bytes, gib_after(line, "Available KV cache memory:"));
        RankCalibration& known = memory_[std::string(process)];                  // what the process said before
        if (line.find("Memory profiling results:") != std::string_view::npos) {  // 0.6.4
            keep(found.non_torch_bytes, gib_after(line, "non_torch_memory="));
            keep(found.kv_cache_bytes, gib_after(line, "kv_cache_size="));
            const std::optional<std::uint64_t> peak = gib_after(line, "peak_torch_memory=");
            if (peak && known.weights_bytes && *peak >= *known.weights_bytes) {
                found.activation_bytes = *peak - *known.weights_bytes;
            }
        }
        // 0.32 says weights and the rest in one
        const std::optional<std::uint64_t> consumed = gib_after(line, "total consumed (from mem_get_info):");
        if (consumed && found.weights_bytes && *consumed >= *found.weights_bytes) {
            found.non_torch_bytes = *consumed - *found.weights_bytes;
        }
        found.graph_bytes = graphs_in(line);
        if (line.find("Load weight end") != std::string_view::npos) {  // SGLang
            keep(found.weights_bytes, gib_after(line, "mem usage="));
        }
        keep(known.weights_bytes, found.weights_bytes);
        keep(known.non_torch_bytes, found.non_torch_bytes);
        keep(known.activation_bytes, found.activation_bytes);
        keep(known.graph_bytes, found.graph_bytes);
        keep(known.kv_cache_bytes, found.kv_cache_bytes);
    }

    static std::optional<std::uint64_t> graphs_in(std::string_view line) {
        const std::size_t captured = line.find("Graph capturing finished");
        if (captured != std::string_view::npos) return gib_after(line.substr(captured), "took");
        const std::size_t ended = line.find("Capture cuda graph end");
        if (ended != std::string_view::npos) return gib_after(line.substr(ended), "mem usage=");
        return std::nullopt;
    }

    std::optional<int> rank_of(const std::string& process) const {
        if (const auto said = ranks_.find(process); said != ranks_.end()) return said->second;
        if (process.starts_with("VllmWorker rank=")) return index_after(process, "rank=");
        if (const std::optional<Coordinates> place = coordinates_of(process)) {
            const std::int64_t stages = std::int64_t{place->data} * pipeline_parallel_ + place->stage;
            if (stages > most_ranks) return std::nullopt;
            const std::int64_t rank = stages * tensor_parallel_ + place->tensor;
            return rank < most_ranks ? std::optional(static_cast<int>(rank)) : std::nullopt;
        }
        // The driver of V0 has no prefix, and one rank alone is in the engine's own process. Other names (of Ray's
        // workers) do not say which rank they are.
        if (process.empty() || process.starts_with("EngineCore")) return 0;
        return std::nullopt;
    }

    int tensor_parallel_ = 1;
    int pipeline_parallel_ = 1;
    int block_size_ = 16;
    std::map<std::string, int> ranks_;
    std::map<std::string, RankCalibration> memory_;
    std::map<int, std::int64_t> tokens_;
};

}  // namespace

Calibration parse_calibration(std::string_view log, std::string_view source) {
    Reader reader;
    while (!log.empty()) {
        const std::size_t end = log.find('\n');
        reader.read(log.substr(0, end));
        log.remove_prefix(end == std::string_view::npos ? log.size() : end + 1);
    }
    return reader.result(source);
}

}  // namespace r1cluster
