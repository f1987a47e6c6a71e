// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Names of tensors as a text with "#" for numbers, and the numbers: "model.layers.3.mlp.experts.17.up_proj.weight" is
/// "model.layers.#.mlp.experts.#.up_proj.weight" with 3 and 17.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace r1cluster::detail {

struct NumberedName {
    std::string text;
    int number_count = 0;
    std::array<std::uint32_t, 2> numbers{};
};

/// Takes the first two numbers out that stand alone between dots, as decimal digits without leading zeros, and fit in
/// 32 bits. A name that has a "#" of its own stays whole, so that each name has one form.
NumberedName numbered(std::string_view name);

/// The name again.
std::string with_numbers(std::string_view text, int number_count, const std::array<std::uint32_t, 2>& numbers);

/// Reads a plain decimal number at the start of `text`: how many digits it has; 0 where there is none, or one with a
/// leading zero, or one that does not fit.
std::size_t take_decimal(std::string_view text, std::uint32_t& number);

/// Where in an open hash table a name is looked for. Names that differ in their last number alone are neighbours,
/// wherever a probe leads, because they come one after the other and memory is slow.
struct NameSlots {
    std::uint64_t at;
    std::uint64_t step;

    NameSlots(std::uint32_t name, const std::array<std::uint32_t, 2>& numbers) {
        // The finalizer of splitmix64 (Steele, Lea, Flood 2014).
        std::uint64_t hash = std::uint64_t{name} << 32 | numbers[0];
        hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
        hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
        hash ^= hash >> 31;
        at = hash + numbers[1];
        step = (hash >> 32) | 1;  // odd, so that it leads to every slot of a table of 2^n
    }
    void next() { at += step; }
};

}  // namespace r1cluster::detail
