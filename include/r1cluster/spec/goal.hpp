// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace r1cluster {

/// The goal for which layouts are ranked.
enum class GoalKind {
    latency,     ///< least time per output token of a single request
    throughput,  ///< most output tokens per second of all requests together
    context,     ///< longest single request
    users,       ///< a given number of concurrent requests of a given size, as fast as possible
};

std::string_view to_text(GoalKind kind);

/// What layouts are ordered by.
struct Goal {
    GoalKind kind = GoalKind::latency;  ///< what layouts are ordered by
    std::int64_t users = 1;             ///< concurrent requests; for GoalKind::users
    std::int64_t tokens = 0;            ///< prompt and answer of each request; 0: not set
    bool operator==(const Goal&) const = default;
};

/// Parses "latency", "throughput", "context" or "32 users at 8192 tokens". For any other text, throws
/// Error (invalid_input) that lists what is accepted.
Goal parse_goal(std::string_view text);
/// The inverse of parse_goal: parse_goal(text_of(goal)) == goal.
std::string text_of(const Goal& goal);

}  // namespace r1cluster
