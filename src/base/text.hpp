// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Text taken apart and put together, for every room that reads what other programs wrote.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {

/// The whole text as a number of this type; nullopt for anything else.
template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::vector<std::string> lines_of(std::string_view text);
std::vector<std::string> words_of(std::string_view text);

std::string lower_case(std::string_view text);
/// Without white space at either end.
std::string_view trimmed(std::string_view text);

/// "../../../bus/pci/drivers/nvidia" -> "nvidia"
std::string last_part(const std::string& path);

/// For a sentence: "a, b, c and 7 more".
std::string few_of(const std::vector<std::string>& names);

TextPosition position_in(std::string_view text, std::size_t offset);
/// "source:line:column: what"; the line and column are those of `offset` in `text`.
Error refusal(std::string_view text, const std::string& source, std::size_t offset, const std::string& what);

/// "/proc/meminfo" lines: "MemTotal:  263998500 kB" for the key "MemTotal:", in bytes.
std::optional<std::uint64_t> kib_value(const std::string& text, std::string_view key);

}  // namespace r1cluster::detail
