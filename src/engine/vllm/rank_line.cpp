// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {
namespace {

std::optional<int> number_after(std::string_view line, std::string_view word) {
    const std::size_t at = line.find(word);
    if (at == std::string_view::npos) return std::nullopt;
    int number = 0;
    const char* begin = line.data() + at + word.size();
    const auto [end, error] = std::from_chars(begin, line.data() + line.size(), number);
    return error == std::errc{} && end != begin ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<SeenRank> rank_of_line(std::string_view line) {
    if (line.find(" in world size ") == std::string_view::npos || line.find("ip=") != std::string_view::npos) {
        return std::nullopt;
    }
    const auto pid = number_after(line, "pid="), rank = number_after(line, "] rank ");
    if (!pid || !rank || *pid <= 1 || *rank < 0) return std::nullopt;
    return SeenRank{*rank, *pid};
}

}  // namespace r1cluster::detail::vllm
