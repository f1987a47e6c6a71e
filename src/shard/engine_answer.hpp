// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "r1cluster/shard/engine_plan.hpp"
#include "shard/coverage.hpp"

namespace r1cluster::detail {

/// Takes the lines that ask.py of the engine's reader prints about one question, as they come: R1 over 16
/// ranks is 50 MB of them.
class EngineAnswer {
public:
    /// `first_line` counts from 1. Layout and checkpoint must outlive this.
    EngineAnswer(const Layout& layout, const Checkpoint& checkpoint, std::string source, std::size_t first_line = 1);

    /// Throws Error (invalid_input) with `source:line:`.
    void add(std::string_view line);
    /// Whether the last line has come, after which there may be no other.
    bool is_complete() const { return has_ended_; }
    std::size_t ranks() const { return plan_.ranks.size(); }
    /// Lines so far, with those before the first.
    std::size_t line() const { return line_; }
    /// Throws Error (invalid_input) where the last line has not come.
    EnginePlan take();

private:
    struct KnownTensor {
        std::size_t file = 0;
        std::size_t tensor = 0;
    };
    struct Read {
        KnownTensor of;
        Runs runs;
    };

    [[noreturn]] void refuse(const std::string& what) const;
    void take_tensors(const std::vector<std::string>& names);
    void take_rank(EngineRank rank, const std::vector<std::vector<std::uint64_t>>& reads);
    Read read_of(const std::vector<std::uint64_t>& numbers) const;
    Tensor tensor_of(KnownTensor known) const;
    Slice slice_of(const Read& read) const;
    std::uint64_t bytes_of(std::vector<Read> reads, std::vector<FileShare>* files) const;
    void add_hosts();

    const Layout& layout_;
    const Checkpoint& checkpoint_;
    std::string source_;
    std::size_t line_;
    bool has_begun_ = false, has_stages_ = false, has_ended_ = false;
    std::vector<KnownTensor> tensors_;      ///< in the order of the answer
    std::vector<std::vector<Read>> reads_;  ///< by rank
    EnginePlan plan_;
};

}  // namespace r1cluster::detail
