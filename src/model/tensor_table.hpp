// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
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

    const std::optional<Twice>& twice() const { return twice_; }
    std::optional<Found> find(std::string_view name) const;
    /// What all names of a text, as TensorKind::name has it, are found by; 0: there is none.
    std::uint32_t name_of(std::string_view text, int number_count) const;
    std::optional<Found> find(std::uint32_t name, const std::array<std::uint32_t, 2>& numbers) const;
    std::size_t size() const { return size_; }

private:
    struct Slot {
        std::uint32_t name = 0;  ///< from 1 on; 0: empty
        std::array<std::uint32_t, 2> numbers{};
        std::uint32_t kind = 0;  ///< in kinds_
    };
    std::size_t slot_of(std::uint32_t name, const std::array<std::uint32_t, 2>& numbers) const;

    std::array<std::unordered_map<std::string_view, std::uint32_t>, 3> names_;  ///< by count of numbers
    std::vector<Found> kinds_;                                                  ///< of all files
    std::vector<Slot> slots_;
    std::optional<Twice> twice_;
    std::size_t size_ = 0;
};

}  // namespace r1cluster::detail
