// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "layout/words.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/memory/memory.hpp"

namespace r1cluster {
namespace {

std::string bytes_text(std::int64_t bytes) {
    return (bytes < 0 ? "-" : "") + format_bytes(static_cast<std::uint64_t>(bytes < 0 ? -bytes : bytes));
}

std::string bytes_text(const WholeInterval& bytes) {
    if (bytes.low == bytes.high) return bytes_text(bytes.likely);
    return fmt::format("{} ({} to {})", bytes_text(bytes.likely), bytes_text(bytes.low), bytes_text(bytes.high));
}

bool is_same_kind(const RankMemory& left, const RankMemory& right) {
    return left.device_bytes == right.device_bytes && left.budget_bytes == right.budget_bytes &&
           left.terms == right.terms && left.kv_cache_bytes == right.kv_cache_bytes &&
           left.kv_tokens == right.kv_tokens;
}

std::string table(const RankMemory& rank, const std::string& name, bool explain) {
    std::string text =
        fmt::format("{}: {} of {}\n", name, format_bytes(rank.budget_bytes), format_bytes(rank.device_bytes));
    for (const MemoryTerm& term : rank.terms) {
        text += fmt::format("  {:<26}  {}{}\n", term.name, bytes_text(term.bytes),
                            term.is_in_budget ? "" : "  beside the budget");
        if (explain) text += fmt::format("    because {}\n", term.because);
    }
    text += fmt::format("  {:<26}  {}\n", "KV cache", bytes_text(rank.kv_cache_bytes));
    return text + fmt::format("  {:<26}  {}\n", "KV tokens", detail::in_words(rank.kv_tokens));
}

}  // namespace

std::string show(const MemoryForecast& forecast, bool explain) {
    std::string text;
    for (std::size_t begin = 0; begin < forecast.ranks.size();) {
        std::size_t end = begin + 1;
        while (end < forecast.ranks.size() && is_same_kind(forecast.ranks[begin], forecast.ranks[end])) ++end;
        const RankMemory& first = forecast.ranks[begin];
        text += table(first,
                      end - begin == 1 ? fmt::format("rank {}", first.rank)
                                       : fmt::format("ranks {}-{}", first.rank, forecast.ranks[end - 1].rank),
                      explain);
        begin = end;
    }
    text += fmt::format("KV cache: {} tokens, fewest on rank {}\n", detail::in_words(forecast.kv_tokens),
                        forecast.limiting_rank);
    text += fmt::format("longest request: {} tokens\n", detail::in_words(forecast.longest_request_tokens));
    text += fmt::format("requests of {} tokens at a time: {:.1f} ({:.1f} to {:.1f})\n",
                        detail::tokens_text(forecast.context_tokens), forecast.concurrency.likely,
                        forecast.concurrency.low, forecast.concurrency.high);
    for (const HostLoad& host : forecast.hosts) {
        text += fmt::format("{}: reads {} in {:.0f} s ({:.0f} to {:.0f}), takes {} of its memory\n", host.host,
                            format_bytes(host.read_bytes), host.load_s.likely, host.load_s.low, host.load_s.high,
                            bytes_text(host.host_memory_bytes));
        if (explain) text += fmt::format("  because {}\n", host.because);
    }
    for (const std::string& warning : forecast.warnings) text += fmt::format("warning: {}\n", warning);
    return text;
}

}  // namespace r1cluster
