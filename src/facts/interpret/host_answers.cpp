// SPDX-License-Identifier: Apache-2.0
#include "facts/interpret/host_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "readings/reason.hpp"

namespace r1cluster::detail {

std::optional<std::string> HostAnswers::text(const Answers& answers, const std::string& key) {
    const auto found = answers.find(key);
    if (found == answers.end() || !found->second.text) return std::nullopt;
    std::string text = *found->second.text;
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

Reason HostAnswers::why(const Answers& answers, const std::string& key) {
    const auto found = answers.find(key);
    if (found == answers.end()) return was_not_read(key);
    return {key + ": " + found->second.because, code_of(found->second)};
}

Reason was_not_read(const std::string& key) { return {"\"" + key + "\" was not read", ReasonCode::not_asked}; }

Reason reason_of(const Answer& answer) { return {answer.because, code_of(answer)}; }

Topic gpu_topic(int gpu, std::string_view key, std::string_view what) {
    return {fmt::format("gpu.{}.{}", gpu, key), fmt::format("{} of GPU {}", what, gpu)};
}

std::vector<std::string> HostAnswers::names(const std::string& path) const {
    return lines_of(text(readings_.listings, path).value_or(""));
}

std::optional<std::string> argument_of(const std::string& call, std::string_view function) {
    const bool is_it = call.size() > function.size() + 1 && call.starts_with(function) &&
                       call[function.size()] == '(' && call.ends_with(')');
    if (!is_it) return std::nullopt;
    return call.substr(function.size() + 1, call.size() - function.size() - 2);
}

}  // namespace r1cluster::detail
