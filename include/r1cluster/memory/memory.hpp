// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/base/interval.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/layout/layout.hpp"

namespace r1cluster {

/// One use of memory on a rank.
struct MemoryTerm {
    /// "weights", "absorbed matrices", "activations", "sampler", "context and NCCL", "CUDA graphs", ...
    std::string name;
    WholeInterval bytes;       ///< on the rank
    bool is_in_budget = true;  ///< false: outside of RankMemory::budget_bytes, in the rest of the device's memory
    std::string because;       ///< the formula with its numbers, or who measured it
    bool operator==(const MemoryTerm&) const = default;
};

/// The memory of one rank.
struct RankMemory {
    int rank = 0;                    ///< global
    std::uint64_t device_bytes = 0;  ///< total memory of the GPU
    std::uint64_t budget_bytes = 0;  ///< what the engine limits itself to: device_bytes * gpu_memory_utilization
    std::vector<MemoryTerm> terms;   ///< without the KV cache
    WholeInterval kv_cache_bytes;    ///< what remains of the budget; negative: the rank does not fit
    WholeInterval kv_tokens;         ///< that fit in the KV cache
    bool operator==(const RankMemory&) const = default;
};

/// What loading the weights needs on one host.
struct HostLoad {
    std::string host;              ///< name in the spec
    std::uint64_t read_bytes = 0;  ///< bytes of the checkpoint that the ranks of the host read; each byte counts once
    WholeInterval host_memory_bytes;  ///< processes, pinned buffers, swap space; without page cache
    Interval load_s;      ///< by the rate of the file system; the low value assumes that the page cache holds the files
    std::string because;  ///< what the forecast follows from
    bool operator==(const HostLoad&) const = default;
};

/// Measured memory of one rank: from the engine's log or a rehearsal.
struct RankCalibration {
    int rank = 0;                                   ///< global
    std::optional<std::uint64_t> weights_bytes;     ///< unset: not said
    std::optional<std::uint64_t> non_torch_bytes;   ///< outside of torch's allocator; unset: not said
    std::optional<std::uint64_t> activation_bytes;  ///< torch's peak without the weights
    std::optional<std::uint64_t> graph_bytes;       ///< of CUDA graphs; unset: not said
    std::optional<std::uint64_t> kv_cache_bytes;    ///< unset: not said
    bool operator==(const RankCalibration&) const = default;
};

/// Measured values that take the place of estimates.
struct Calibration {
    std::string source;                     ///< name of the log: "worker-1.log"
    std::vector<RankCalibration> ranks;     ///< those that the source says something of
    std::optional<std::int64_t> kv_tokens;  ///< of the deployment, as the engine logged
    bool operator==(const Calibration&) const = default;
};

/// Reads the lines in which engines account for their memory (docs/memory.md says which releases), of one log or of
/// several joined. What a log does not say stays unset; a log without any such line is a Calibration without ranks.
Calibration parse_calibration(std::string_view log, std::string_view source);

/// All of a layout's memory, term by term.
struct MemoryForecast {
    std::vector<RankMemory> ranks;         ///< ordered by rank
    int limiting_rank = 0;                 ///< the rank with the fewest tokens; every rank gets as many as this one
    WholeInterval kv_tokens;               ///< of the deployment; the sum over data-parallel parts
    WholeInterval longest_request_tokens;  ///< longest possible request, prompt and answer
    std::int64_t context_tokens = 0;       ///< max_model_len, or what the caller asked for
    Interval concurrency;                  ///< number of requests of context_tokens that fit at the same time
    std::vector<HostLoad> hosts;           ///< what loading takes, by host
    std::vector<std::string> warnings;     ///< limits that the engine does not report, or reports incorrectly
    bool operator==(const MemoryForecast&) const = default;
};

/// From the layout's placement and the headers alone; measured values in
/// `calibration` replace estimates. docs/memory.md has the formula and source of each term. Throws Error
/// (invalid_input) for a layout without GPUs.
MemoryForecast forecast_memory(const DeploymentSpec& spec, const Cluster& cluster, const Checkpoint& checkpoint,
                               const Layout& layout, const Calibration& calibration = {},
                               const Knowledge& knowledge = Knowledge::embedded());

/// How long each of `users` requests that run at a time may be, in tokens of prompt and answer: equal parts of the KV
/// cache in whole blocks, and no more than longest_request_tokens. `layout` is the one of the forecast. Throws Error
/// (invalid_input) for less than one user.
WholeInterval longest_request(const MemoryForecast& forecast, const Layout& layout, std::int64_t users);

/// For a terminal: a table of terms for each kind of rank, then tokens, then hosts and warnings.
std::string show(const MemoryForecast& forecast, bool explain = false);

}  // namespace r1cluster
