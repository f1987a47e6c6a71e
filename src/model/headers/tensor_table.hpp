// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "r1cluster/model/checkpoint.hpp"

namespace r1cluster::detail {

/// Finds a checkpoint's tensors by name. Refers to its files.
class TensorTable {
public:
    explicit TensorTable(const std::vector<ShardFile>& files);

    struct Found {
        const ShardFile* file = nullptr;
        const TensorKind* kind = nullptr;
    };
    /// Two files that hold a tensor of this name.
    struct Twice {
        std::string name;
        std::string first_file, second_file;
    };
    static constexpr std::uint32_t no_name = ~0u;

    const std::optional<Twice>& twice() const { return twice_; }
    /// What all names of a text, as TensorKind::name has it, are found by, counted from 0; no_name: there is none.
    std::uint32_t name_of(std::string_view text, int number_count) const;
    /// For each kind of a file, by the file's index.
    const std::uint32_t* names_of(std::size_t file) const { return name_of_kind_.data() + first_kind_[file]; }
    /// One kind of each name, in their order.
    const std::vector<const TensorKind*>& examples() const { return examples_; }
    /// nullptr: there is none.
    const Found* find(std::uint32_t name, const std::array<std::uint32_t, 2>& numbers) const;
    std::size_t size() const { return size_; }

private:
    /// The numbers that tensors of one name have: where they fill most of a rectangle, each has its cell.
    struct Extent {
        std::size_t count = 0;
        std::uint64_t rows = 0;
        std::uint64_t columns = 0;
        std::size_t first_cell = 0;
        bool is_dense = false;
    };
    /// A tensor of another name.
    struct Sparse {
        std::uint32_t name = 0;
        std::array<std::uint32_t, 2> numbers{};
        std::uint32_t kind = 0;
        auto operator<=>(const Sparse&) const = default;
    };
    void name_kinds(const std::vector<ShardFile>& files);
    void measure(const std::vector<ShardFile>& files);
    void fill(const std::vector<ShardFile>& files);
    void note_twice(std::uint32_t name, const std::array<std::uint32_t, 2>& numbers, std::uint32_t first,
                    std::uint32_t second);

    std::array<std::unordered_map<std::string_view, std::uint32_t>, 3> names_;  ///< by count of numbers
    std::vector<const TensorKind*> examples_;
    std::vector<Found> kinds_;  ///< of all files
    std::vector<std::uint32_t> name_of_kind_;
    std::vector<std::size_t> first_kind_;  ///< of each file
    std::vector<Extent> extents_;          ///< of each name
    std::vector<std::uint32_t> cells_;     ///< indices of kinds, from 1 on; 0: no tensor
    std::vector<Sparse> sparse_;           ///< in order
    std::optional<Twice> twice_;
    std::size_t size_ = 0;
};

}  // namespace r1cluster::detail
