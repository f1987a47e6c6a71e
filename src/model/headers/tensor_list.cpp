// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "model/headers/tensor_names.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/model/safetensors.hpp"

namespace r1cluster {
namespace detail {

std::size_t take_decimal(std::string_view text, std::uint32_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto digits = static_cast<std::size_t>(end - text.data());
    return error != std::errc() || (text[0] == '0' && digits > 1) ? 0 : digits;
}

NumberedName numbered(std::string_view name) {
    NumberedName result;
    if (name.find('#') != name.npos) {
        result.text = name;
        return result;
    }
    result.text.reserve(name.size());
    for (std::size_t begin = 0; begin <= name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        const std::string_view part = name.substr(begin, end - begin);
        std::uint32_t number = 0;
        if (result.number_count < 2 && !part.empty() && take_decimal(part, number) == part.size()) {
            result.numbers[static_cast<std::size_t>(result.number_count++)] = number;
            result.text += '#';
        } else {
            result.text += part;
        }
        if (end < name.size()) result.text += '.';
        begin = end + 1;
    }
    return result;
}

std::string with_numbers(std::string_view text, int number_count, const std::array<std::uint32_t, 2>& numbers) {
    std::string name;
    name.reserve(text.size() + 8);
    for (int i = 0; i < number_count; ++i) {
        const std::size_t place = text.find('#');
        name += text.substr(0, place);
        name += std::to_string(numbers[static_cast<std::size_t>(i)]);
        text.remove_prefix(place + 1);
    }
    return name += text;
}

}  // namespace detail

TensorList::TensorList(std::initializer_list<Tensor> tensors) {
    reserve(tensors.size());
    for (const Tensor& tensor : tensors) push_back(tensor);
}

TensorList::TensorList(std::vector<TensorKind> kinds, std::vector<TensorEntry> entries)
    : kinds_(std::move(kinds)), entries_(std::move(entries)) {
    for (const TensorEntry& entry : entries_) {
        if (entry.kind >= kinds_.size()) {
            throw Error(
                ErrorKind::internal, "tensor list",
                fmt::format("making a list of tensors: there is no kind {}, only {}", entry.kind, kinds_.size()));
        }
    }
}

std::string TensorList::name(std::size_t index) const {
    const TensorEntry& entry = entries_[index];
    const TensorKind& kind = kinds_[entry.kind];
    return detail::with_numbers(kind.name, kind.number_count, entry.numbers);
}

Tensor TensorList::operator[](std::size_t index) const {
    const TensorKind& kind = kinds_[entries_[index].kind];
    return {name(index), kind.dtype, kind.shape, entries_[index].offset_bytes, kind.size_bytes};
}

std::uint64_t TensorList::size_bytes() const {
    std::uint64_t bytes = 0;
    for (const TensorEntry& entry : entries_) bytes += kinds_[entry.kind].size_bytes;
    return bytes;
}

void TensorList::push_back(const Tensor& tensor) {
    // Tensors of a kind are near each other. Where there are more kinds than this, one may be there twice.
    constexpr std::size_t most_compared = 64;
    const detail::NumberedName name = detail::numbered(tensor.name);
    const std::size_t first = kinds_.size() - std::min(kinds_.size(), most_compared);
    std::size_t kind = kinds_.size();
    while (kind > first) {
        const TensorKind& known = kinds_[--kind];
        if (known.name == name.text && known.number_count == name.number_count && known.dtype == tensor.dtype &&
            known.shape == tensor.shape && known.size_bytes == tensor.size_bytes) {
            entries_.push_back({static_cast<std::uint32_t>(kind), name.numbers, tensor.offset_bytes});
            return;
        }
    }
    entries_.push_back({static_cast<std::uint32_t>(kinds_.size()), name.numbers, tensor.offset_bytes});
    kinds_.push_back({name.text, name.number_count, tensor.dtype, tensor.shape, tensor.size_bytes});
}

bool TensorList::operator==(const TensorList& other) const {
    return std::ranges::equal(entries_, other.entries_, [&](const TensorEntry& mine, const TensorEntry& theirs) {
        return mine.numbers == theirs.numbers && mine.offset_bytes == theirs.offset_bytes &&
               kinds_[mine.kind] == other.kinds_[theirs.kind];
    });
}

}  // namespace r1cluster
