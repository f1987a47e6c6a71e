// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "r1cluster/base/units.hpp"
#include "r1cluster/speed/speed.hpp"

namespace r1cluster {
namespace {

/// Three digits, and never an exponent.
std::string number_text(double value) {
    return value >= 100  ? fmt::format("{:.0f}", value)
           : value >= 10 ? fmt::format("{:.1f}", value)
                         : fmt::format("{:.2f}", value);
}

std::string interval_text(const Interval& interval) {
    return fmt::format("{} ({} to {})", number_text(interval.likely), number_text(interval.low),
                       number_text(interval.high));
}

std::string terms_text(const std::vector<SpeedTerm>& terms, bool explain) {
    std::string text;
    for (const SpeedTerm& term : terms) {
        text += fmt::format("    {:<34} {:>30} ms\n", term.name, interval_text(term.ms));
        if (explain) text += fmt::format("      because {}\n", term.because);
    }
    return text;
}

}  // namespace

std::string show(const SpeedForecast& forecast, bool explain) {
    std::string text;
    for (const SpeedPoint& point : forecast.points) {
        const Workload& load = point.workload;
        text += fmt::format("{} at a time, {} -> {} tokens\n", load.concurrency,
                            format_count(static_cast<std::uint64_t>(load.prompt_tokens)),
                            format_count(static_cast<std::uint64_t>(load.output_tokens)));
        text += fmt::format("  time to first token   {} ms\n", interval_text(point.ttft_ms));
        if (explain) text += terms_text(point.prefill, true);
        text += fmt::format("  time per token        {} ms\n", interval_text(point.tpot_ms));
        text += terms_text(point.decode_step, explain);
        text += fmt::format("  all requests together {} tokens/s\n", interval_text(point.output_tokens_per_s));
        text += fmt::format("  {}\n", point.bound_by);
    }
    for (const LinkTraffic& link : forecast.links) {
        text += fmt::format("{}: {} a token in {:.0f} messages, {} a token of a prompt\n", link.link,
                            format_bytes(static_cast<std::uint64_t>(link.decode_bytes_per_token)),
                            link.decode_messages_per_token,
                            format_bytes(static_cast<std::uint64_t>(link.prefill_bytes_per_token)));
        if (explain) text += fmt::format("  because {}\n", link.because);
    }
    return text + forecast.accuracy + "\n";
}

}  // namespace r1cluster
