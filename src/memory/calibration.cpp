// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/registry/registry.hpp"
#include "r1cluster/memory/memory.hpp"

namespace r1cluster {
namespace {

using detail::EngineDefinition;
using detail::MemoryLine;

constexpr std::int64_t most_ranks = 1 << 20;

template <class T>
void keep(std::optional<T>& field, const std::optional<T>& value) {
    if (value) field = value;
}

void merge(RankCalibration& known, const RankCalibration& found) {
    keep(known.weights_bytes, found.weights_bytes);
    keep(known.non_torch_bytes, found.non_torch_bytes);
    keep(known.activation_bytes, found.activation_bytes);
    keep(known.graph_bytes, found.graph_bytes);
    keep(known.kv_cache_bytes, found.kv_cache_bytes);
}

/// A log says nothing of the engine that wrote it: every engine's reader looks at every line, and only the one whose
/// words they are finds any.
class Reader {
public:
    void read(std::string_view line) {
        for (const EngineDefinition* engine : detail::engines()) {
            const MemoryLine said = engine->memory_log.read(line);
            const std::string process(process_of(line));
            note_sizes(said);
            if (said.rank && !process.empty()) ranks_[process] = *said.rank;
            note_tokens(process, said);
            note_memory(process, said);
        }
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
            merge(merged, found);
        }
        for (const auto& [rank, found] : by_rank) calibration.ranks.push_back(found);
        for (const auto& [part, tokens] : tokens_) calibration.kv_tokens = calibration.kv_tokens.value_or(0) + tokens;
        return calibration;
    }

private:
    static std::string_view process_of(std::string_view line) {
        for (const EngineDefinition* engine : detail::engines()) {
            const std::string_view process = engine->memory_log.process_of(line);
            if (!process.empty()) return process;
        }
        return {};
    }

    void note_sizes(const MemoryLine& said) {
        tensor_parallel_ = said.tensor_parallel.value_or(tensor_parallel_);
        pipeline_parallel_ = said.pipeline_parallel.value_or(pipeline_parallel_);
        block_size_ = said.block_size.value_or(block_size_);
    }

    void note_tokens(const std::string& process, const MemoryLine& said) {
        std::optional<double> tokens = said.kv_tokens;
        if (!tokens && said.kv_blocks) tokens = *said.kv_blocks * block_size_;
        constexpr double most = 1e15;
        if (!tokens || *tokens > most) return;
        // Each rank may say what it has room for, and all get the least; each data-parallel part has its own.
        const std::optional<detail::ProcessPlace> place = detail::place_of_process(process);
        const auto whole = static_cast<std::int64_t>(*tokens);
        const auto [known, is_new] = tokens_.try_emplace(place ? place->data : 0, whole);
        if (!is_new) known->second = std::min(known->second, whole);
    }

    void note_memory(const std::string& process, const MemoryLine& said) {
        RankCalibration& known = memory_[process];  // what the process said before
        RankCalibration found;
        found.weights_bytes = said.weights_bytes;
        found.non_torch_bytes = said.non_torch_bytes;
        found.activation_bytes = said.activation_bytes;
        found.graph_bytes = said.graph_bytes;
        found.kv_cache_bytes = said.kv_cache_bytes;
        if (said.torch_peak_bytes && known.weights_bytes && *said.torch_peak_bytes >= *known.weights_bytes) {
            found.activation_bytes = *said.torch_peak_bytes - *known.weights_bytes;
        }
        if (said.consumed_bytes && found.weights_bytes && *said.consumed_bytes >= *found.weights_bytes) {
            found.non_torch_bytes = *said.consumed_bytes - *found.weights_bytes;
        }
        merge(known, found);
    }

    std::optional<int> rank_of(const std::string& process) const {
        if (const auto said = ranks_.find(process); said != ranks_.end()) return said->second;
        for (const EngineDefinition* engine : detail::engines()) {
            if (const auto rank = engine->memory_log.rank_of_process(process)) return rank;
        }
        const std::optional<detail::ProcessPlace> place = detail::place_of_process(process);
        if (!place) return std::nullopt;
        const std::int64_t stages = std::int64_t{place->data} * pipeline_parallel_ + place->stage;
        if (stages > most_ranks) return std::nullopt;
        const std::int64_t rank = stages * tensor_parallel_ + place->tensor;
        return rank < most_ranks ? std::optional(static_cast<int>(rank)) : std::nullopt;
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
