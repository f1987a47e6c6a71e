// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "r1cluster/layout/layout.hpp"

namespace r1cluster {

/// How tensors of one kind, shape and dtype are divided: the slice of each rank of a group, by
/// data_rank * tensor_parallel + tensor_rank. Its offset counts from the start of the tensor; `file` and `tensor` are
/// 0.
struct SlicePattern {
    std::vector<Slice> slices;
    bool operator==(const SlicePattern&) const = default;
};

/// A tensor that the ranks of a stage read, each by its slice of the pattern.
struct PlannedTensor {
    std::uint32_t file = 0;    ///< in ShardPlan::files
    std::uint32_t tensor = 0;  ///< in ShardFile::tensors
    std::uint64_t offset_bytes = 0;
    std::uint32_t pattern = 0;  ///< in ShardPlan::patterns
    std::int32_t only_holder =
        -1;  ///< the one rank of the group that has it (a whole expert); -1: all have their slice
    bool operator==(const PlannedTensor&) const = default;
};

/// What the ranks of one pipeline stage read, ordered by file, then offset.
struct StageShards {
    std::vector<PlannedTensor> tensors;
    bool operator==(const StageShards&) const = default;
};

struct RankShards {
    int rank = 0;
    int stage = 0;
    int group_rank = 0;  ///< data_rank * tensor_parallel + tensor_rank
    std::uint64_t slice_count = 0;
    std::uint64_t bytes = 0;         ///< to be read
    std::uint64_t memory_bytes = 0;  ///< that they take in the engine: after casts, with padding
    bool operator==(const RankShards&) const = default;
};

/// Bytes of one file that a host needs, all of its ranks together.
struct FileShare {
    std::string file;
    std::uint64_t bytes = 0;
    std::uint64_t file_bytes = 0;  ///< of tensors in the file
    bool operator==(const FileShare&) const = default;
};

struct HostShards {
    std::string host;
    std::vector<FileShare> files;  ///< only files of which it needs something
    std::uint64_t bytes = 0;
    bool operator==(const HostShards&) const = default;
};

class SliceRange;

/// Which bytes of the checkpoint go where. It stands alone but for the tensors' names: tensor 17 of a file is the 18th
/// by offset in the file's own header. Slices are not stored but made as they are walked: a plan of R1 for 16 ranks has
/// 723,000 of them, made of 90,000 tensors and a few patterns, in 3 MB.
struct ShardPlan {
    std::vector<std::string> files;  ///< names of the checkpoint's files, in its order
    std::vector<SlicePattern> patterns;
    std::vector<StageShards> stages;
    std::vector<RankShards> ranks;  ///< in the order of Layout::ranks
    std::vector<HostShards> hosts;

    /// The slices of ranks[index], ordered by file, then offset. Refers to this plan. Throws Error (invalid_input)
    /// where there is no such rank, and where the plan is not whole (a pattern or a stage that is not there).
    SliceRange slices(std::size_t index) const;
    bool operator==(const ShardPlan&) const = default;
};

/// A range of Slice values, for `for (const Slice& slice : plan.slices(0))`.
class SliceRange {
public:
    class Iterator {
    public:
        using value_type = Slice;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using pointer = const Slice*;
        using reference = Slice;

        Iterator() = default;
        Slice operator*() const;
        Iterator& operator++();
        Iterator operator++(int);
        bool operator==(const Iterator& other) const { return tensor_ == other.tensor_; }

    private:
        friend class SliceRange;
        void skip_others();

        const ShardPlan* plan_ = nullptr;
        const PlannedTensor* tensor_ = nullptr;
        const PlannedTensor* end_ = nullptr;
        std::int32_t group_rank_ = 0;
    };

    Iterator begin() const;
    Iterator end() const;
    std::size_t size() const { return rank_->slice_count; }

private:
    friend struct ShardPlan;
    SliceRange(const ShardPlan& plan, const RankShards& rank) : plan_(&plan), rank_(&rank) {}

    const ShardPlan* plan_;
    const RankShards* rank_;
};

/// Exact, from the headers alone.
ShardPlan plan_shards(const Layout& layout, const Checkpoint& checkpoint, const Loading& loading = {});

}  // namespace r1cluster
