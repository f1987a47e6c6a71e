// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/model/slicing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/experts.hpp"
#include "model/loader.hpp"
#include "model/vocabulary.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster {
namespace {

using detail::padded_vocabulary;

std::uint64_t unsigned_of(std::int64_t number) { return static_cast<std::uint64_t>(number); }

[[noreturn]] void refuse(const Tensor& tensor, std::uint64_t parts, const std::string& what) {
    throw Error(ErrorKind::invalid_input, tensor.name,
                fmt::format("slicing \"{}\" for tensor parallel size {}: {}", tensor.name, parts, what));
}

std::uint64_t divided(const Tensor& tensor, std::uint64_t amount, std::uint64_t parts) {
    if (amount % parts != 0) refuse(tensor, parts, fmt::format("{} is not divisible by {}", amount, parts));
    return amount / parts;
}

/// A block of FP8 weights shares one scale, so a slice must end where a block ends.
void check_block(const ModelConfig& config, const Tensor& tensor, std::size_t axis, std::uint64_t part,
                 std::uint64_t parts) {
    const bool has_blocks = config.quantization && config.quantization->block.size() == 2;
    if (!has_blocks || !tensor.dtype.starts_with("F8_") || tensor.shape.size() != 2) return;
    const std::uint64_t block = unsigned_of(config.quantization->block[axis]);
    if (part % block == 0) return;
    refuse(tensor, parts,
           fmt::format("{} = {} is not divisible by weight quantization {} = {}",
                       axis == 0 ? "Weight output_partition_size" : "Weight input_size_per_partition", part,
                       axis == 0 ? "block_n" : "block_k", block));
}

void check_rank(const Tensor& tensor, const GroupRank& rank) {
    const auto check = [&](std::string_view of, int number, int size) {
        if (size >= 1 && number >= 0 && number < size) return;
        throw Error(
            ErrorKind::invalid_input, tensor.name,
            fmt::format("slicing \"{}\" for {} parallel size {}: there is no rank {}", tensor.name, of, size, number));
    };
    check("tensor", rank.tensor_rank, rank.tensor_parallel);
    check("data", rank.data_rank, rank.data_parallel);
}

/// Part `index` of `count` equal ones.
struct Part {
    std::uint64_t index = 0;
    std::uint64_t count = 1;
};

/// nullopt: the tensor is whole, and another rank's.
std::optional<Part> part_of(const ModelConfig& config, const TensorPlace& place, const GroupRank& rank,
                            const detail::Loader& loader) {
    const auto tensor_rank = static_cast<std::uint64_t>(rank.tensor_rank);
    const auto tensor_parallel = static_cast<std::uint64_t>(rank.tensor_parallel);
    if (!place.expert) return Part{tensor_rank, tensor_parallel};
    // layers/fused_moe/config.py, FusedMoEParallelConfig: over data and tensor ranks, flattened.
    const Part part{static_cast<std::uint64_t>(rank.data_rank) * tensor_parallel + tensor_rank,
                    static_cast<std::uint64_t>(rank.data_parallel) * tensor_parallel};
    if (!rank.is_expert_parallel) return part;
    if (detail::rank_of_expert(config, *place.expert, part.count, loader) != part.index) return std::nullopt;
    return Part{};
}

std::uint32_t padding_of(const ModelConfig& config, const Tensor& tensor, std::uint64_t rows, std::uint64_t parts) {
    return static_cast<std::uint32_t>(divided(tensor, padded_vocabulary(config), parts) - rows);
}

struct Range {
    std::uint64_t begin = 0;
    std::uint64_t count = 0;
};

/// Of an axis with so many rows or columns.
Range range_of(const ModelConfig& config, const Tensor& tensor, std::uint64_t size, SliceRule rule, Part part) {
    if (rule == SliceRule::vocabulary) {
        const std::uint64_t share = divided(tensor, padded_vocabulary(config), part.count);
        const std::uint64_t begin = std::min(part.index * share, size);
        return {begin, std::min((part.index + 1) * share, size) - begin};
    }
    const std::uint64_t heads = unsigned_of(config.kv_heads);
    const bool is_by_heads = rule == SliceRule::kv_rows || rule == SliceRule::kv_columns;
    if (is_by_heads && part.count > heads) {
        if (part.count % heads != 0)
            refuse(tensor, part.count, fmt::format("{} is not divisible by {}", part.count, heads));
        const std::uint64_t share = divided(tensor, size, heads);
        return {part.index / (part.count / heads) * share, share};
    }
    if (is_by_heads) divided(tensor, heads, part.count);
    const std::uint64_t share = divided(tensor, size, part.count);
    return {part.index * share, share};
}

Slice columns_of(const ModelConfig& config, const Tensor& tensor, SliceRule rule, Slice slice, Part part) {
    if (tensor.shape.size() != 2) refuse(tensor, part.count, "its columns are wanted, but it is no matrix");
    const std::uint64_t columns = tensor.shape[1];
    const Range range = range_of(config, tensor, columns, rule, part);
    check_block(config, tensor, 1, range.count, part.count);
    if (tensor.size_bytes == 0) return slice;
    slice.rows = tensor.shape[0];
    slice.stride_bytes = tensor.size_bytes / tensor.shape[0];
    // All parts have as many columns, and each begins at a multiple of them.
    slice.run_bytes = divided(tensor, slice.stride_bytes, columns / range.count);
    slice.offset_bytes += range.begin / range.count * slice.run_bytes;
    return slice;
}

}  // namespace

std::string_view to_text(SliceRule rule) {
    switch (rule) {
        case SliceRule::replicate: return "replicate";
        case SliceRule::rows: return "rows";
        case SliceRule::columns: return "columns";
        case SliceRule::kv_rows: return "kv_rows";
        case SliceRule::kv_columns: return "kv_columns";
        case SliceRule::vocabulary: return "vocabulary";
    }
    return "replicate";
}

std::string_view to_text(ExpertPlacement placement) {
    return placement == ExpertPlacement::linear ? "linear" : "round_robin";
}

std::string_view to_text(Cast cast) {
    switch (cast) {
        case Cast::none: return "none";
        case Cast::to_bfloat16: return "to_bfloat16";
        case Cast::to_float16: return "to_float16";
        case Cast::to_float32: return "to_float32";
    }
    return "none";
}

Tensor tensor_of(const Checkpoint& checkpoint, const Slice& slice) {
    if (slice.file >= checkpoint.files.size() || slice.tensor >= checkpoint.files[slice.file].tensors.size()) {
        throw Error(ErrorKind::invalid_input, checkpoint.path,
                    fmt::format("looking for tensor {} of file {}: \"{}\" has no such tensor", slice.tensor, slice.file,
                                checkpoint.path));
    }
    return checkpoint.files[slice.file].tensors[slice.tensor];
}

Slice detail::slice_tensor(const ModelConfig& config, const Tensor& tensor, const TensorPlace& place,
                           const GroupRank& rank, const Loader& loader) {
    check_rank(tensor, rank);
    Slice slice;
    slice.offset_bytes = tensor.offset_bytes;
    if (place.is_skipped) return slice;
    const std::optional<Part> part = part_of(config, place, rank, loader);
    if (!part) return slice;
    const bool is_vocabulary = place.rule == SliceRule::vocabulary;
    if (place.rule == SliceRule::replicate || (part->count == 1 && !is_vocabulary)) {
        slice.rows = tensor.size_bytes > 0 ? 1 : 0;
        slice.run_bytes = slice.stride_bytes = tensor.size_bytes;
        return slice;
    }
    if (tensor.shape.empty()) refuse(tensor, part->count, "its rows are wanted, but it is a single number");
    if (place.rule == SliceRule::columns || place.rule == SliceRule::kv_columns)
        return columns_of(config, tensor, place.rule, slice, *part);

    const Range range = range_of(config, tensor, tensor.shape[0], place.rule, *part);
    if (is_vocabulary) {
        slice.padding_rows = padding_of(config, tensor, range.count, part->count);
    } else {
        check_block(config, tensor, 0, range.count, part->count);
    }
    if (range.count == 0 || tensor.size_bytes == 0) return slice;
    const std::uint64_t row_bytes = divided(tensor, tensor.size_bytes, tensor.shape[0]);
    slice.offset_bytes += range.begin * row_bytes;
    slice.rows = 1;  // rows lie one after the other: a single run
    slice.run_bytes = slice.stride_bytes = range.count * row_bytes;
    return slice;
}

Slice slice_tensor(const ModelConfig& config, const Tensor& tensor, const TensorPlace& place, const GroupRank& rank,
                   const Loading& loading, const Knowledge& knowledge) {
    return detail::slice_tensor(config, tensor, place, rank, detail::Loader(loading, knowledge));
}

}  // namespace r1cluster
