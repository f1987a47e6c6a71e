// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace r1cluster::detail {

/// Reads a text from left to right. Each take_...() says whether what was expected stood there, and if so steps over
/// it.
class TextReader {
public:
    explicit TextReader(std::string_view text) : rest_(text) {}

    bool take(std::string_view expected) {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(expected.size());
        return true;
    }
    /// A whole number of 0 or more, in decimal digits.
    template <class Number = int>
    std::optional<Number> take_number() {
        Number number{};
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
        if (error != std::errc{} || number < 0) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return number;
    }
    /// One or more of these characters, with something else behind them.
    bool take_any_of(std::string_view characters) {
        const std::size_t end = rest_.find_first_not_of(characters);
        if (end == 0 || end == std::string_view::npos) return false;
        rest_.remove_prefix(end);
        return true;
    }
    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace r1cluster::detail
