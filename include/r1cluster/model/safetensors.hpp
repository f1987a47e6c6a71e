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
    std::string name;                  ///< in the file
    std::string dtype;                 ///< as in the file: "BF16", "F8_E4M3", "F32"
    std::vector<std::uint64_t> shape;  ///< elements in each dimension
    std::uint64_t offset_bytes = 0;    ///< from the start of the *file*
    std::uint64_t size_bytes = 0;      ///< in the file
    bool operator==(const Tensor&) const = default;
};

/// The common properties of tensors that differ only in offset and in the numbers in their names.
struct TensorKind {
    std::string name;      ///< "model.layers.#.mlp.down_proj.weight": "#" for each number
    int number_count = 0;  ///< 0 to 2
    std::string dtype;     ///< as in the file: "BF16", "F8_E4M3", "F32"
    std::vector<std::uint64_t> shape;
    std::uint64_t size_bytes = 0;
    bool operator==(const TensorKind&) const = default;
};

/// One tensor of a TensorList.
struct TensorEntry {
    std::uint32_t kind = 0;
    std::array<std::uint32_t, 2> numbers{};  ///< numbers in the name, in order; 0 beyond number_count
    std::uint64_t offset_bytes = 0;          ///< from the start of the *file*
    bool operator==(const TensorEntry&) const = default;
};

/// A compact list of tensors, stored by kind: a file of R1 has 560 tensors of 25 kinds. Behaves like a vector of Tensor
/// that creates its elements on access.
class TensorList {
public:
    using value_type = Tensor;

    TensorList() = default;
    TensorList(std::initializer_list<Tensor> tensors);
    /// Every entry's kind must be an index into `kinds`.
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
    std::uint64_t size_bytes() const;  ///< sum over all tensors
    const std::vector<TensorKind>& kinds() const { return kinds_; }
    const std::vector<TensorEntry>& entries() const { return entries_; }

    /// True if both lists have the same tensors in the same order.
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

/// Bits per element; 0 for a dtype that safetensors does not define.
int dtype_bits(std::string_view dtype);

/// Checks the header length that a file declares in its first 8 bytes (little-endian) against the file size. Returns
/// why the length is invalid, such as "a header of 9 bytes in a file of 12", or an empty text. The bound of the
/// reference reader is 100,000,000 (huggingface/safetensors, safetensors/src/tensor.rs).
std::string header_length_refusal(std::uint64_t declared_header_bytes, std::uint64_t file_size_bytes);

/// Parses the JSON header of one file (without the 8-byte length). Returns its tensors, ordered by offset.
///
/// Applies the rules of the reference reader (known dtype, no overflow, matching sizes, data without gap, overlap or
/// remainder) and these: no duplicate key in an object; the header begins with '{'; __metadata__ is not null; nesting
/// is at most 8 deep; a tensor has at most 64 dimensions, an object below the outermost at most 65,536 keys; a name has
/// at most 1,024 bytes, no control character and no slash, and is not empty, "." or "..". A violation is an Error
/// (invalid_input) that starts with `source:byte N:`, counted from the start of the file. Allocates at most 12 bytes
/// per byte of header plus 1 MiB (tests/model/memory_bounds.cpp).
TensorList parse_safetensors(std::string_view header, std::uint64_t file_size_bytes, std::string_view source);

}  // namespace r1cluster
