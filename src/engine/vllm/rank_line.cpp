// SPDX-License-Identifier: Apache-2.0
#include "base/text_reader.hpp"
#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {
namespace {

constexpr std::string_view name_characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";

/// "11-22 07:40:49"
bool take_time(TextReader& reader) {
    for (const char* separator : {"-", " ", ":", ":", ""}) {
        if (!reader.take_number() || !reader.take(separator)) return false;
    }
    return true;
}

}  // namespace

// The whole line, from its beginning: what a prompt says stands behind a prefix of its own.
std::optional<SeenRank> rank_of_line(std::string_view line) {
    TextReader reader(line);
    if (!reader.take("(") || !reader.take_any_of(name_characters) || !reader.take(" pid=")) return std::nullopt;
    const auto pid = reader.take_number();
    if (!pid || *pid <= 1 || !reader.take(") INFO ") || !take_time(reader)) return std::nullopt;
    if (!reader.take(" [parallel_state.py:") || !reader.take_number() || !reader.take("] rank ")) return std::nullopt;
    const auto rank = reader.take_number();
    if (!rank || !reader.take(" in world size ") || !reader.take_number()) return std::nullopt;
    if (!reader.take(" is assigned as DP rank ")) return std::nullopt;
    return SeenRank{*rank, *pid};
}

// vllm/utils/system_utils.py, set_process_title: "VLLM::Worker_PP1_TP0", "VLLM::EngineCore_DP0".
std::optional<EngineProcess> process_of_title(std::string_view title) {
    constexpr std::string_view prefix = "VLLM::";
    if (!title.starts_with(prefix) || title.size() == prefix.size()) return std::nullopt;
    const std::string_view name = title.substr(prefix.size());
    return EngineProcess{name, name.starts_with("Worker"), place_of_process(name).value_or(ProcessPlace())};
}

}  // namespace r1cluster::detail::vllm
