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

/// Whether the decimal text of `a` is before that of `b`: 10 is before 9.
inline bool is_text_less(std::uint32_t a, std::uint32_t b) {
    // With as many digits as any number has, the texts are in the order of the numbers; of equal ones the shorter is
    // first.
    const auto widened = [](std::uint64_t number) {
        constexpr std::array<std::uint64_t, 10> powers{1,       10,        100,        1'000,       10'000,
                                                       100'000, 1'000'000, 10'000'000, 100'000'000, 1'000'000'000};
        std::size_t digits = 1;
        while (digits < powers.size() && number >= powers[digits]) ++digits;
        return number * powers[powers.size() - digits];
    };
    const std::uint64_t wide_a = widened(a), wide_b = widened(b);
    return wide_a != wide_b ? wide_a < wide_b : a < b;
}

/// The same for two names of one text with these numbers.
inline bool is_text_less(const std::array<std::uint32_t, 2>& a, const std::array<std::uint32_t, 2>& b) {
    return a[0] != b[0] ? is_text_less(a[0], b[0]) : is_text_less(a[1], b[1]);
}

}  // namespace r1cluster::detail
