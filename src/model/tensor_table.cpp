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

/// Where this tensor is, or would be. Names that differ in their last number alone are neighbours, wherever a probe
/// leads, because they come one after the other and memory is slow.
std::size_t TensorTable::slot_of(std::uint32_t name, const std::array<std::uint32_t, 2>& numbers) const {
    // The finalizer of splitmix64 (Steele, Lea, Flood 2014).
    std::uint64_t hash = std::uint64_t{name} << 32 | numbers[0];
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
    hash ^= hash >> 31;
    const std::size_t step = (hash >> 32) | 1;  // odd, so that it leads to every slot
    std::size_t at = (hash + numbers[1]) & (slots_.size() - 1);
    while (slots_[at].name != 0 && (slots_[at].name != name || slots_[at].numbers != numbers)) {
        at = (at + step) & (slots_.size() - 1);
    }
    return at;
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
