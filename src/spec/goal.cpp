// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/spec/goal.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "r1cluster/base/error.hpp"
#include "spec/allowed_text.hpp"

namespace r1cluster {
namespace {

constexpr std::int64_t most_users = 1'000'000;
constexpr std::int64_t most_tokens = 1'000'000'000;

/// Takes a whole number from the front of `text`.
std::optional<std::int64_t> take_number(std::string_view& text, std::int64_t most) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || number < 1 || number > most) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

std::optional<Goal> users_goal(std::string_view text) {
    Goal goal{GoalKind::users, 1, 0};
    const auto users = take_number(text, most_users);
    if (!users || !(take(text, " users") || take(text, " user")) || !take(text, " at ")) return std::nullopt;
    const auto tokens = take_number(text, most_tokens);
    if (!tokens || text != " tokens") return std::nullopt;
    goal.users = *users;
    goal.tokens = *tokens;
    return goal;
}

}  // namespace

std::string_view to_text(GoalKind kind) {
    switch (kind) {
        case GoalKind::latency: return "latency";
        case GoalKind::throughput: return "throughput";
        case GoalKind::context: return "context";
        case GoalKind::users: return "users";
    }
    return "latency";
}

Goal parse_goal(std::string_view text) {
    for (const GoalKind kind : {GoalKind::latency, GoalKind::throughput, GoalKind::context}) {
        if (text == to_text(kind)) return {kind, 1, 0};
    }
    if (const auto goal = users_goal(text)) return *goal;
    throw Error(ErrorKind::invalid_input, "goal",
                fmt::format("the goal is \"{}\"; expected \"latency\", \"throughput\", \"context\" or "
                            "\"32 users at 8192 tokens\"",
                            detail::printable(text)));
}

std::string text_of(const Goal& goal) {
    if (goal.kind != GoalKind::users) return std::string(to_text(goal.kind));
    return fmt::format("{} user{} at {} tokens", goal.users, goal.users == 1 ? "" : "s", goal.tokens);
}

}  // namespace r1cluster
