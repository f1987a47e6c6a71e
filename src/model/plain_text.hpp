// SPDX-License-Identifier: Apache-2.0
#pragma once

/// For the readers of JSON that is written in the one common way: they compare and give up, and never say what is
/// wrong.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/tensor_names.hpp"

namespace r1cluster::detail {

/// Takes things off the front of a text; each says whether it was there.
class Cursor {
public:
    static constexpr std::size_t longest_text = 1024;  // as the strict parser has it for names

    explicit Cursor(std::string_view text) : rest_(text) {}

    bool take(std::string_view literal) {
        if (!rest_.starts_with(literal)) return false;
        rest_.remove_prefix(literal.size());
        return true;
    }
    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// A whole number without leading zeros.
    template <class Number>
    bool take_number(Number& number) {
        std::size_t digits = 0;
        number = 0;
        for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
            const auto digit = static_cast<Number>(rest_[digits] - '0');
            if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, digit, &number))
                return false;
        }
        if (digits == 0 || (rest_[0] == '0' && digits > 1)) return false;
        rest_.remove_prefix(digits);
        return true;
    }
    /// What is between here and the next quotation mark, which it takes as well: printable ASCII without escapes.
    bool take_text(std::string_view& text) {
        const std::size_t end = rest_.find('"');
        if (end > longest_text) return false;  // also where there is none
        text = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f && c != '\\'; });
    }
    void skip_space() {
        std::size_t length = 0;
        while (length < rest_.size() &&
               (rest_[length] == ' ' || rest_[length] == '\n' || rest_[length] == '\r' || rest_[length] == '\t')) {
            ++length;
        }
        rest_.remove_prefix(length);
    }
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

/// How names of one text are written, with what always follows them: texts with the numbers between them.
struct NameForm {
    int number_count = 0;
    std::string head;  ///< before the first number
    std::string middle;
    std::string tail;

    NameForm(std::string_view name, int count, std::string_view after_name) : number_count(count) {
        const auto take_up_to_number = [&] {
            const std::size_t place = name.find('#');
            const std::string text(name.substr(0, place));
            name.remove_prefix(place + 1);
            return text;
        };
        if (number_count > 0) head = take_up_to_number();
        if (number_count > 1) middle = take_up_to_number();
        tail = std::string(name) + std::string(after_name);
    }

    bool take_from(Cursor& cursor, std::array<std::uint32_t, 2>& numbers) const {
        Cursor ahead = cursor;
        if (number_count > 0 && (!ahead.take(head) || !ahead.take_number(numbers[0]))) return false;
        if (number_count > 1 && (!ahead.take(middle) || !ahead.take_number(numbers[1]))) return false;
        if (!ahead.take(tail)) return false;
        cursor = ahead;
        return true;
    }
};

/// Whether two of `count` names are equal; `name_of(i)` and `numbers_of(i)` give the parts of each. True also where
/// that takes too long to know.
template <class NameOf, class NumbersOf>
bool may_repeat(std::size_t count, NameOf name_of, NumbersOf numbers_of) {
    constexpr std::size_t most_probes = 1024;                           // of names made so that they meet
    std::vector<std::uint32_t> slots(std::bit_ceil(2 * count + 1), 0);  // of names, from 1 on
    const std::size_t mask = slots.size() - 1;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t name = name_of(i);
        const std::array<std::uint32_t, 2>& numbers = numbers_of(i);
        NameSlots probe(name, numbers);
        for (std::size_t probes = 0; slots[probe.at & mask] != 0; probe.next()) {
            if (++probes == most_probes) return true;
            const std::uint32_t other = slots[probe.at & mask] - 1;
            if (name_of(other) == name && numbers_of(other) == numbers) return true;
        }
        slots[probe.at & mask] = i + 1;
    }
    return false;
}

}  // namespace r1cluster::detail
