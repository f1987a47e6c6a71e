// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Fast path for JSON formatted exactly as common writers do. Every function returns nothing or false on any deviation;
/// the strict parser then reports the error.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/headers/tensor_names.hpp"

namespace r1cluster::detail {

/// memcmp for the short texts that a header is made of, where the call takes longer than the comparison.
inline bool is_same(const char* a, const char* b, std::size_t size) {
    constexpr std::size_t word = sizeof(std::uint64_t);
    const auto word_at = [](const char* place) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, place, word);
        return bytes;
    };
    if (size < word) return std::memcmp(a, b, size) == 0;
    const auto differ = [&](std::size_t place) { return word_at(a + place) ^ word_at(b + place); };
    std::size_t i = 0;
    for (; i + 4 * word < size; i += 4 * word) {
        if ((differ(i) | differ(i + word) | differ(i + 2 * word) | differ(i + 3 * word)) != 0) return false;
    }
    for (; i + word < size; i += word) {
        if (differ(i) != 0) return false;
    }
    return differ(size - word) == 0;
}

/// Eight decimal digits at once: their pairs, then fours, are added up side by side in one word (Lemire, "Quickly
/// parsing eight digits", 2018). False: not all are digits.
inline bool eight_digits(const char* text, std::uint32_t& number) {
    if constexpr (std::endian::native != std::endian::little) return false;
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    constexpr std::uint64_t high_halves = 0xf0f0f0f0f0f0f0f0, zeros = 0x3030303030303030, sixes = 0x0606060606060606;
    if ((word & high_halves) != zeros || ((word + sixes) & high_halves) != zeros) return false;
    word -= zeros;
    word = word * 10 + (word >> 8);
    constexpr std::uint64_t one_byte_in_four = 0x000000ff000000ff;
    word = (word & one_byte_in_four) * (100 + (1'000'000ULL << 32)) +
           (word >> 16 & one_byte_in_four) * (1 + (10'000ULL << 32));
    number = static_cast<std::uint32_t>(word >> 32);
    return true;
}

/// Takes tokens from the front of a text. Each function returns whether the token was there.
class Cursor {
public:
    static constexpr std::size_t longest_text = 1024;  // as the strict parser has it for names

    explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

    bool take(std::string_view literal) {
        if (left() < literal.size() || !is_same(at_, literal.data(), literal.size())) return false;
        at_ += literal.size();
        return true;
    }
    bool take(char c) {
        if (at_ == end_ || *at_ != c) return false;
        ++at_;
        return true;
    }
    /// A whole number without leading zeros.
    template <class Number>
    bool take_number(Number& number) {
        // So many digits always fit.
        const char* const safe_end = at_ + std::min<std::size_t>(left(), std::numeric_limits<Number>::digits10);
        const auto digit_at = [](const char* place) { return static_cast<unsigned>(*place - '0'); };
        const char* digit = at_;
        number = 0;
        std::uint32_t eight = 0;
        if (safe_end - digit >= 8 && eight_digits(digit, eight)) {
            number = eight;
            digit += 8;
        }
        for (; digit != safe_end && digit_at(digit) < 10; ++digit) number = number * 10 + digit_at(digit);
        for (; digit != end_ && digit_at(digit) < 10; ++digit) {
            if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, digit_at(digit), &number))
                return false;
        }
        if (digit == at_ || (*at_ == '0' && digit - at_ > 1)) return false;
        at_ = digit;
        return true;
    }
    /// Takes the text up to and including the next quotation mark.
    bool take_text(std::string_view& text) {
        const std::size_t end = rest().find('"');
        if (end > longest_text) return false;  // also where there is none
        text = {at_, end};
        at_ += end + 1;
        return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f && c != '\\'; });
    }
    void skip_space() {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    }
    std::string_view rest() const { return {at_, left()}; }
    const char* at() const { return at_; }

private:
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    const char* at_;
    const char* end_;
};

/// Format of the names of one kind with the text that always follows them: constant texts with numbers in between.
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

/// Predicts which form follows another: the last two that followed it are tried first.
class FollowingForms {
public:
    /// The predicted form that `takes(form)` accepts; nullopt if it accepts none.
    template <class Takes>
    std::optional<std::uint32_t> guess(Takes takes) {
        if (followers_.empty()) return std::nullopt;
        auto& [last, one_before] = followers_[last_];
        if (!takes(last)) {
            if (one_before == last || !takes(one_before)) return std::nullopt;
            std::swap(last, one_before);
        }
        return last_ = last;
    }
    /// Records the form that occurred when the prediction failed.
    void note(std::uint32_t form) {
        if (form >= followers_.size()) followers_.resize(form + 1, {form, form});
        followers_[last_] = {form, followers_[last_][0]};
        last_ = form;
    }

private:
    std::vector<std::array<std::uint32_t, 2>> followers_;
    std::uint32_t last_ = 0;
};

/// Whether two of `count` names are equal; `name_of(i)` and `numbers_of(i)` give the parts of each.
template <class NameOf, class NumbersOf>
bool repeats(std::size_t count, NameOf name_of, NumbersOf numbers_of) {
    // Writers sort names alphabetically, or by layer and expert. The names of one kind then always ascend, so that none
    // is repeated.
    std::vector<std::uint32_t> last;  // of each text, from 1 on
    const auto ascends = [&](auto is_less) {
        std::ranges::fill(last, 0);
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t name = name_of(i);
            if (name >= last.size()) last.resize(name + 1);
            if (last[name] != 0 && !is_less(numbers_of(last[name] - 1), numbers_of(i))) return false;
            last[name] = i + 1;
        }
        return true;
    };
    if (ascends([](const auto& a, const auto& b) { return is_text_less(a, b); }) ||
        ascends(std::less<std::array<std::uint32_t, 2>>()))
        return false;
    std::vector<std::array<std::uint32_t, 3>> all;
    all.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) all.push_back({name_of(i), numbers_of(i)[0], numbers_of(i)[1]});
    std::ranges::sort(all);
    return std::ranges::adjacent_find(all) != all.end();
}

}  // namespace r1cluster::detail
