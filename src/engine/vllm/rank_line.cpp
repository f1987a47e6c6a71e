// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include "engine/vllm/parts.hpp"

namespace r1cluster::detail::vllm {
namespace {

/// Reads a line from left to right; every take says whether it was there.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    bool take(std::string_view expected) {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(expected.size());
        return true;
    }
    /// Letters, digits and underscores.
    bool take_name() {
        const std::size_t end =
            rest_.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.");
        if (end == 0 || end == std::string_view::npos) return false;
        rest_.remove_prefix(end);
        return true;
    }
    std::optional<int> take_number() {
        int number = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
        if (error != std::errc() || number < 0) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return number;
    }
    /// "11-22 07:40:49"
    bool take_time() {
        for (const char* separator : {"-", " ", ":", ":", ""}) {
            if (!take_number() || !take(separator)) return false;
        }
        return true;
    }

private:
    std::string_view rest_;
};

}  // namespace

// The whole line, from its beginning: what a prompt says stands behind a prefix of its own.
std::optional<SeenRank> rank_of_line(std::string_view line) {
    Reader reader(line);
    if (!reader.take("(") || !reader.take_name() || !reader.take(" pid=")) return std::nullopt;
    const auto pid = reader.take_number();
    if (!pid || *pid <= 1 || !reader.take(") INFO ") || !reader.take_time()) return std::nullopt;
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
