// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster {

/// One tensor of a safetensors file.
struct Tensor {
    std::string name;
    std::string dtype;  ///< as in the file: "BF16", "F8_E4M3", "F32"
    std::vector<std::uint64_t> shape;
    std::uint64_t offset_bytes = 0;  ///< from the start of the *file*
    std::uint64_t size_bytes = 0;
    bool operator==(const Tensor&) const = default;
};

/// What tensors that differ in place and in the numbers of their names alone have in common.
struct TensorKind {
    std::string name;      ///< "model.layers.#.mlp.down_proj.weight": "#" for each of its numbers
    int number_count = 0;  ///< 0 to 2; 0: the name is whole
    std::string dtype;     ///< as in the file: "BF16", "F8_E4M3", "F32"
    std::vector<std::uint64_t> shape;
    std::uint64_t size_bytes = 0;
    bool operator==(const TensorKind&) const = default;
};

/// One tensor of a TensorList.
struct TensorEntry {
    std::uint32_t kind = 0;
    std::array<std::uint32_t, 2> numbers{};  ///< of the name, in order; 0 beyond number_count
    std::uint64_t offset_bytes = 0;          ///< from the start of the *file*
    bool operator==(const TensorEntry&) const = default;
};

/// Tensors in few bytes each: a file of R1 holds 560 of 25 kinds. Reads like a vector of Tensor, but makes its elements
/// when asked.
class TensorList {
public:
    using value_type = Tensor;

    TensorList() = default;
    TensorList(std::initializer_list<Tensor> tensors);
    /// Every entry's kind must be in `kinds`.
    TensorList(std::vector<TensorKind> kinds, std::vector<TensorEntry> entries);

    std::size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }
    Tensor operator[](std::size_t index) const;
    Tensor front() const { return (*this)[0]; }
    Tensor back() const { return (*this)[size() - 1]; }
    void push_back(const Tensor& tensor);
    void reserve(std::size_t size) { entries_.reserve(size); }
    void clear() { *this = {}; }

    std::string name(std::size_t index) const;
    std::uint64_t size_bytes() const;  ///< of all tensors together
    const std::vector<TensorKind>& kinds() const { return kinds_; }
    const std::vector<TensorEntry>& entries() const { return entries_; }

    /// The same tensors in the same order.
    bool operator==(const TensorList& other) const;

    class Iterator {
    public:
        using value_type = Tensor;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using pointer = const Tensor*;
        using reference = Tensor;

        Iterator() = default;
        Iterator(const TensorList& list, std::size_t index) : list_(&list), index_(index) {}
        Tensor operator*() const { return (*list_)[index_]; }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        Iterator operator++(int) { return {*list_, index_++}; }
        bool operator==(const Iterator& other) const { return index_ == other.index_; }

    private:
        const TensorList* list_ = nullptr;
        std::size_t index_ = 0;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size()}; }

private:
    std::vector<TensorKind> kinds_;
    std::vector<TensorEntry> entries_;
};

/// Bits of one element; 0 for a dtype that safetensors does not define.
int dtype_bits(std::string_view dtype);

/// Length of the JSON header that a file of this size may declare in its first 8 bytes (little-endian).
/// Returns the reason why it may not: "a header of 9 bytes in a file of 12"; empty when it may. The
/// reference reader's bound is 100,000,000 (huggingface/safetensors, safetensors/src/tensor.rs).
std::string header_length_refusal(std::uint64_t declared_header_bytes, std::uint64_t file_size_bytes);

/// The tensors of one file, ordered by offset, from its JSON header (without the 8-byte length).
///
/// The rules of the reference reader (known dtype, checked products, sizes that match, data that tiles the file without
/// hole, overlap or rest), and more: no key occurs twice in one object; the header begins with '{'; __metadata__ is
/// not null; nesting goes 8 deep at most, a tensor has 64 dimensions at most, an object below the outermost 65,536
/// keys at most; a name has at most 1,024 bytes, no control character and no slash, and is not empty, "." or "..".
/// Each violation is an Error (invalid_input) that leads with `source:byte N:`, N counted in the file. Allocates at
/// most 12 bytes for each byte of the header, and 1 MiB (tests/model/memory_bounds.cpp).
TensorList parse_safetensors(std::string_view header, std::uint64_t file_size_bytes, std::string_view source);

}  // namespace r1cluster
