// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "r1cluster/layout/layout.hpp"

namespace r1cluster {

/// How tensors of one kind, shape and dtype are divided: one slice for each rank of a group, indexed by
/// data_rank * tensor_parallel + tensor_rank. The offset counts from the start of the tensor; `file` and `tensor`
/// are 0.
struct SlicePattern {
    std::vector<Slice> slices;  ///< by rank of the group
    bool operator==(const SlicePattern&) const = default;
};

/// A tensor that the ranks of a stage read, each rank according to its slice of the pattern.
struct PlannedTensor {
    std::uint32_t file = 0;          ///< index into ShardPlan::files
    std::uint32_t tensor = 0;        ///< index into ShardFile::tensors
    std::uint64_t offset_bytes = 0;  ///< in the file
    std::uint32_t pattern = 0;       ///< index into ShardPlan::patterns
    std::int32_t only_holder =
        -1;  ///< only rank of the group that reads the tensor (a whole expert); -1: every rank reads it
    bool operator==(const PlannedTensor&) const = default;
};

/// The tensors that the ranks of one pipeline stage read, ordered by file, then offset.
struct StageShards {
    std::vector<PlannedTensor> tensors;  ///< ordered by file, then offset
    bool operator==(const StageShards&) const = default;
};

/// How much of the checkpoint one rank reads.
struct RankShards {
    int rank = 0;                    ///< global
    int stage = 0;                   ///< of the pipeline
    int group_rank = 0;              ///< data_rank * tensor_parallel + tensor_rank
    std::uint64_t slice_count = 0;   ///< number of slices
    std::uint64_t bytes = 0;         ///< bytes of the checkpoint that the rank reads
    std::uint64_t memory_bytes = 0;  ///< their size in the engine, after casts and with padding
    bool operator==(const RankShards&) const = default;
};

/// Bytes of one file that the ranks of a host read; each byte counts once.
struct FileShare {
    std::string file;              ///< name in the checkpoint
    std::uint64_t bytes = 0;       ///< that the host reads, each once
    std::uint64_t file_bytes = 0;  ///< all tensors of the file
    bool operator==(const FileShare&) const = default;
};

/// What a host reads of each file.
struct HostShards {
    std::string host;              ///< name in the spec
    std::vector<FileShare> files;  ///< only files that the host reads
    std::uint64_t bytes = 0;       ///< of all files
    bool operator==(const HostShards&) const = default;
};

class SliceRange;

/// Which bytes of the checkpoint each rank reads. Only the names of tensors are elsewhere: tensor 17 of a file is the
/// 18th by offset in the file's header. Slices are computed during iteration: a plan of R1 for 16 ranks stores 90,000
/// tensors and a few patterns in 3 MB and yields 723,000 slices.
struct ShardPlan {
    std::vector<std::string> files;      ///< file names, in the order of Checkpoint::files
    std::vector<SlicePattern> patterns;  ///< that tensors refer to
    std::vector<StageShards> stages;     ///< of the pipeline, in order
    std::vector<RankShards> ranks;       ///< in the order of Layout::ranks
    std::vector<HostShards> hosts;       ///< what each host reads

    /// The slices of ranks[index], ordered by file, then offset. The range refers to this plan. Throws Error
    /// (invalid_input) if there is no such rank, or if the plan lacks a pattern or a stage.
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

/// Computes the exact shard plan from the headers alone, as Layout::engine loads the checkpoint. `knowledge`: the
/// tables that say how its release loads.
ShardPlan plan_shards(const Layout& layout, const Checkpoint& checkpoint,
                      const Knowledge& knowledge = Knowledge::embedded());

}  // namespace r1cluster
