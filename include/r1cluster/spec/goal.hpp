// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace r1cluster {

/// What a deployment is to be best at.
enum class GoalKind {
    latency,     ///< least time per output token of a single request
    throughput,  ///< most output tokens per second of all requests together
    context,     ///< longest single request
    users,       ///< so many requests of so many tokens at a time, as fast as can be
};

std::string_view to_text(GoalKind kind);

struct Goal {
    GoalKind kind = GoalKind::latency;
    std::int64_t users = 1;   ///< requests at a time; of GoalKind::users
    std::int64_t tokens = 0;  ///< context of each of them, prompt and answer; 0: not said
    bool operator==(const Goal&) const = default;
};

/// "latency", "throughput", "context" or "32 users at 8192 tokens". Throws Error (invalid_input) for
/// anything else, with what would be right.
Goal parse_goal(std::string_view text);
/// parse_goal(text_of(goal)) == goal.
std::string text_of(const Goal& goal);

}  // namespace r1cluster
