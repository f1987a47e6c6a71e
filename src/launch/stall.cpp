// SPDX-License-Identifier: Apache-2.0
#include "launch/stall.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r1cluster::detail {
namespace {

constexpr double busy_share = 0.5;  // of one CPU

struct Use {
    const RankActivity* rank;
    double share;  ///< of one CPU
    bool is_busy() const { return share >= busy_share; }
    /// Nothing but the end of what it waits for wakes it.
    bool is_held() const { return rank->state == "D" || rank->waits_in.find("freez") != std::string::npos; }
};

std::vector<Use> uses_of(const std::vector<RankActivity>& before, const std::vector<RankActivity>& after,
                         double window_s) {
    std::vector<Use> uses;
    for (const RankActivity& now : after) {
        const auto same = [&](const RankActivity& old) { return old.rank == now.rank && old.pid == now.pid; };
        const auto then = std::ranges::find_if(before, same);
        if (then != before.end() && window_s > 0) uses.push_back({&now, (now.cpu_s - then->cpu_s) / window_s});
    }
    return uses;
}

/// Fewer than the others, or as many and asleep.
std::vector<Use> those_that_stand_out(const std::vector<Use>& uses) {
    std::vector<Use> busy, idle, held;
    for (const Use& use : uses) {
        (use.is_busy() ? busy : idle).push_back(use);
        if (use.is_held()) held.push_back(use);
    }
    if (!held.empty() && held.size() < uses.size()) return held;
    if (busy.empty() || idle.empty()) return {};
    return busy.size() < idle.size() ? busy : idle;
}

std::string describe(const Use& use) {
    std::string text = fmt::format("rank {} on {} (pid {}) used {:.0f} % of a CPU", use.rank->rank, use.rank->host,
                                   use.rank->pid, 100 * use.share);
    if (use.rank->state == "R" || use.rank->state.empty()) return text;
    text += fmt::format(" and is in state {}", use.rank->state);
    return use.rank->waits_in.empty() ? text : fmt::format("{} in {}", text, use.rank->waits_in);
}

std::string describe_shares(const std::vector<Use>& uses) {
    const auto [least, most] = std::ranges::minmax(uses, {}, &Use::share);
    const std::string from = fmt::format("{:.0f}", 100 * least.share), to = fmt::format("{:.0f}", 100 * most.share);
    return from == to ? from + " %" : fmt::format("{} to {} %", from, to);
}

}  // namespace

Stall describe_stall(const std::string& head, double seconds, const std::vector<RankActivity>& before,
                     const std::vector<RankActivity>& after, double window_s) {
    Stall stall;
    stall.host = head;
    stall.seconds = seconds;
    stall.text = fmt::format("no token for {:.0f} s, though one was asked for", seconds);
    const std::vector<Use> uses = uses_of(before, after, window_s);
    const std::vector<Use> odd = those_that_stand_out(uses);
    if (odd.empty()) {
        if (!uses.empty())
            stall.text += fmt::format(": no rank stands out; in the last {:.0f} s they used {} of a CPU each", window_s,
                                      describe_shares(uses));
        return stall;
    }
    const RankActivity& first = *odd.front().rank;
    stall.host = first.host;
    stall.rank = first.rank;
    stall.pid = first.pid;
    stall.text += fmt::format(": {} in the last {:.0f} s", describe(odd.front()), window_s);
    if (odd.size() > 1) stall.text += fmt::format(", and {} more like it", odd.size() - 1);
    std::vector<Use> others = uses;
    std::erase_if(others, [&](const Use& use) {
        return std::ranges::any_of(odd, [&](const Use& one) { return one.rank == use.rank; });
    });
    stall.text += fmt::format("; the other ranks {}", describe_shares(others));
    return stall;
}

}  // namespace r1cluster::detail
