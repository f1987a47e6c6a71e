// SPDX-License-Identifier: Apache-2.0
#include "model/tensor_table.hpp"

#include <bit>

#include "model/tensor_names.hpp"

namespace r1cluster::detail {

TensorTable::TensorTable(const std::vector<ShardFile>& files) {
    for (const ShardFile& file : files) size_ += file.tensors.size();
    slots_.resize(std::bit_ceil(size_ + size_ / 3 + 1));
    std::vector<std::uint32_t> names;  // of the kinds of one file
    for (const ShardFile& file : files) {
        const auto first_kind = static_cast<std::uint32_t>(kinds_.size());
        names.clear();
        for (const TensorKind& kind : file.tensors.kinds()) {
            kinds_.push_back({&file, &kind});
            auto& known = names_[static_cast<std::size_t>(kind.number_count)];
            const auto count = names_[0].size() + names_[1].size() + names_[2].size();
            names.push_back(known.try_emplace(kind.name, static_cast<std::uint32_t>(count + 1)).first->second);
        }
        for (std::size_t i = 0; i < file.tensors.size(); ++i) {
            const TensorEntry& entry = file.tensors.entries()[i];
            Slot& slot = slots_[slot_of(names[entry.kind], entry.numbers)];
            if (slot.name == 0) {
                slot = {names[entry.kind], entry.numbers, first_kind + entry.kind};
            } else if (!twice_) {
                twice_ = Twice{file.tensors.name(i), kinds_[slot.kind].file->name, file.name};
            }
        }
    }
}

/// Where this tensor is, or would be.
std::size_t TensorTable::slot_of(std::uint32_t name, const std::array<std::uint32_t, 2>& numbers) const {
    const std::size_t mask = slots_.size() - 1;
    NameSlots probe(name, numbers);
    for (;; probe.next()) {
        const Slot& slot = slots_[probe.at & mask];
        if (slot.name == 0 || (slot.name == name && slot.numbers == numbers)) return probe.at & mask;
    }
}

std::uint32_t TensorTable::name_of(std::string_view text, int number_count) const {
    const auto& names = names_[static_cast<std::size_t>(number_count)];
    const auto name = names.find(text);
    return name == names.end() ? 0 : name->second;
}

std::optional<TensorTable::Found> TensorTable::find(std::uint32_t name,
                                                    const std::array<std::uint32_t, 2>& numbers) const {
    if (name == 0) return std::nullopt;
    const Slot& slot = slots_[slot_of(name, numbers)];
    return slot.name == 0 ? std::nullopt : std::optional(kinds_[slot.kind]);
}

std::optional<TensorTable::Found> TensorTable::find(std::string_view name) const {
    const NumberedName parts = numbered(name);
    return find(name_of(parts.text, parts.number_count), parts.numbers);
}

}  // namespace r1cluster::detail
