// SPDX-License-Identifier: Apache-2.0
#include "model/headers/tensor_table.hpp"

#include <algorithm>

#include "model/headers/tensor_names.hpp"

namespace r1cluster::detail {

TensorTable::TensorTable(const std::vector<ShardFile>& files) {
    name_kinds(files);
    measure(files);
    fill(files);
}

void TensorTable::name_kinds(const std::vector<ShardFile>& files) {
    for (const ShardFile& file : files) {
        first_kind_.push_back(kinds_.size());
        for (const TensorKind& kind : file.tensors.kinds()) {
            auto& known = names_[static_cast<std::size_t>(kind.number_count)];
            const auto [name, is_new] = known.try_emplace(kind.name, static_cast<std::uint32_t>(examples_.size()));
            if (is_new) examples_.push_back(&kind);
            kinds_.push_back({&file, &kind});
            name_of_kind_.push_back(name->second);
        }
    }
}

void TensorTable::measure(const std::vector<ShardFile>& files) {
    extents_.resize(examples_.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::uint32_t* const names = names_of(i);
        for (const TensorEntry& entry : files[i].tensors.entries()) {
            Extent& extent = extents_[names[entry.kind]];
            ++extent.count;
            extent.rows = std::max(extent.rows, std::uint64_t{entry.numbers[0]} + 1);
            extent.columns = std::max(extent.columns, std::uint64_t{entry.numbers[1]} + 1);
        }
        size_ += files[i].tensors.size();
    }
    std::size_t cells = 0;
    for (Extent& extent : extents_) {
        extent.is_dense = extent.columns <= 2 * extent.count / extent.rows;
        extent.first_cell = cells;
        if (extent.is_dense) cells += extent.rows * extent.columns;
    }
    cells_.resize(cells);
}

void TensorTable::fill(const std::vector<ShardFile>& files) {
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::uint32_t* const names = names_of(i);
        const auto first_kind = static_cast<std::uint32_t>(first_kind_[i]);
        for (const TensorEntry& entry : files[i].tensors.entries()) {
            const std::uint32_t name = names[entry.kind], kind = first_kind + entry.kind;
            const Extent& extent = extents_[name];
            if (!extent.is_dense) {
                sparse_.push_back({name, entry.numbers, kind});
                continue;
            }
            std::uint32_t& cell = cells_[extent.first_cell + entry.numbers[0] * extent.columns + entry.numbers[1]];
            if (cell != 0) note_twice(name, entry.numbers, cell - 1, kind);
            cell = kind + 1;
        }
    }
    std::ranges::sort(sparse_);
    for (std::size_t i = 1; i < sparse_.size(); ++i) {
        const Sparse &a = sparse_[i - 1], &b = sparse_[i];
        if (a.name == b.name && a.numbers == b.numbers) note_twice(a.name, a.numbers, a.kind, b.kind);
    }
}

void TensorTable::note_twice(std::uint32_t name, const std::array<std::uint32_t, 2>& numbers, std::uint32_t first,
                             std::uint32_t second) {
    if (twice_) return;
    const TensorKind& kind = *examples_[name];
    twice_ =
        Twice{with_numbers(kind.name, kind.number_count, numbers), kinds_[first].file->name, kinds_[second].file->name};
}

std::uint32_t TensorTable::name_of(std::string_view text, int number_count) const {
    const auto& names = names_[static_cast<std::size_t>(number_count)];
    const auto name = names.find(text);
    return name == names.end() ? no_name : name->second;
}

const TensorTable::Found* TensorTable::find(std::uint32_t name, const std::array<std::uint32_t, 2>& numbers) const {
    if (name == no_name) return nullptr;
    const Extent& extent = extents_[name];
    if (extent.is_dense) {
        if (numbers[0] >= extent.rows || numbers[1] >= extent.columns) return nullptr;
        const std::uint32_t cell = cells_[extent.first_cell + numbers[0] * extent.columns + numbers[1]];
        return cell == 0 ? nullptr : &kinds_[cell - 1];
    }
    const auto at = std::ranges::lower_bound(sparse_, Sparse{name, numbers, 0});
    return at == sparse_.end() || at->name != name || at->numbers != numbers ? nullptr : &kinds_[at->kind];
}

}  // namespace r1cluster::detail
