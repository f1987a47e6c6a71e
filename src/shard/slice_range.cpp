// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "r1cluster/base/error.hpp"
#include "r1cluster/shard/shard_plan.hpp"

namespace r1cluster {
namespace {

const Slice& slice_of(const ShardPlan& plan, const PlannedTensor& tensor, std::int32_t group_rank) {
    if (tensor.pattern < plan.patterns.size()) {
        const std::vector<Slice>& slices = plan.patterns[tensor.pattern].slices;
        if (group_rank >= 0 && static_cast<std::size_t>(group_rank) < slices.size()) {
            return slices[static_cast<std::size_t>(group_rank)];
        }
    }
    throw Error(
        ErrorKind::invalid_input, "shard plan",
        fmt::format("walking the slices of rank {} of a group: tensor {} of file {} has pattern {}, which is not "
                    "in the plan or not for this rank",
                    group_rank, tensor.tensor, tensor.file, tensor.pattern));
}

}  // namespace

SliceRange ShardPlan::slices(std::size_t index) const {
    if (index >= ranks.size()) {
        throw Error(ErrorKind::invalid_input, "shard plan",
                    fmt::format("looking for the slices of rank {}: the plan has {} ranks", index, ranks.size()));
    }
    const RankShards& rank = ranks[index];
    if (rank.stage < 0 || static_cast<std::size_t>(rank.stage) >= stages.size()) {
        throw Error(ErrorKind::invalid_input, "shard plan",
                    fmt::format("looking for the slices of rank {}: it is of stage {}, and the plan has {} stages",
                                index, rank.stage, stages.size()));
    }
    return {*this, rank};
}

void SliceRange::Iterator::skip_others() {
    for (; tensor_ != end_; ++tensor_) {
        if (tensor_->only_holder >= 0 && tensor_->only_holder != group_rank_) continue;
        const Slice& slice = slice_of(*plan_, *tensor_, group_rank_);
        if (slice.rows > 0 || slice.padding_rows > 0) return;
    }
}

Slice SliceRange::Iterator::operator*() const {
    Slice slice = slice_of(*plan_, *tensor_, group_rank_);
    slice.file = tensor_->file;
    slice.tensor = tensor_->tensor;
    slice.offset_bytes += tensor_->offset_bytes;
    return slice;
}

SliceRange::Iterator& SliceRange::Iterator::operator++() {
    ++tensor_;
    skip_others();
    return *this;
}

SliceRange::Iterator SliceRange::Iterator::operator++(int) {
    Iterator before = *this;
    ++*this;
    return before;
}

SliceRange::Iterator SliceRange::begin() const {
    const std::vector<PlannedTensor>& tensors = plan_->stages[static_cast<std::size_t>(rank_->stage)].tensors;
    Iterator iterator;
    iterator.plan_ = plan_;
    iterator.tensor_ = tensors.data();
    iterator.end_ = tensors.data() + tensors.size();
    iterator.group_rank_ = rank_->group_rank;
    iterator.skip_others();
    return iterator;
}

SliceRange::Iterator SliceRange::end() const {
    const std::vector<PlannedTensor>& tensors = plan_->stages[static_cast<std::size_t>(rank_->stage)].tensors;
    Iterator iterator;
    iterator.tensor_ = iterator.end_ = tensors.data() + tensors.size();
    return iterator;
}

}  // namespace r1cluster
