// SPDX-License-Identifier: Apache-2.0
#include "engine/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

namespace r1cluster::detail {
namespace {

bool is_flag(std::string_view argument) { return argument.substr(0, 2) == "--" && argument.size() > 2; }

std::int64_t factor_of(char suffix) {
    switch (suffix) {
        case 'k': return 1'000;
        case 'K': return std::int64_t{1} << 10;
        case 'm': return 1'000'000;
        case 'M': return std::int64_t{1} << 20;
        case 'g': return 1'000'000'000;
        case 'G': return std::int64_t{1} << 30;
        default: return 0;
    }
}

}  // namespace

EngineArguments::EngineArguments(const std::vector<std::string>& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!is_flag(arguments[i])) continue;
        const std::size_t equals = arguments[i].find('=');
        Argument argument{arguments[i].substr(0, equals), std::nullopt};
        std::replace(argument.name.begin(), argument.name.end(), '_', '-');
        if (equals != std::string::npos) {
            argument.value = arguments[i].substr(equals + 1);
        } else if (i + 1 < arguments.size() && !is_flag(arguments[i + 1])) {
            argument.value = arguments[i + 1];
        }
        arguments_.push_back(std::move(argument));
    }
}

std::optional<std::string> EngineArguments::text(std::string_view flag) const {
    for (auto argument = arguments_.rbegin(); argument != arguments_.rend(); ++argument) {
        if (argument->name == flag) return argument->value;
    }
    return std::nullopt;
}

std::optional<std::int64_t> EngineArguments::whole_number(std::string_view flag) const {
    const std::optional<std::string> value = text(flag);
    if (!value) return std::nullopt;
    std::int64_t number = 0;
    const char* const end = value->data() + value->size();
    const auto [rest, error] = std::from_chars(value->data(), end, number);
    if (error != std::errc() || number < 0) return std::nullopt;
    if (rest == end) return number;
    const std::int64_t factor = rest + 1 == end ? factor_of(*rest) : 0;
    if (factor == 0 || number > std::numeric_limits<std::int64_t>::max() / factor) return std::nullopt;
    return number * factor;
}

std::optional<double> EngineArguments::number(std::string_view flag) const {
    const std::optional<std::string> value = text(flag);
    if (!value) return std::nullopt;
    double number = 0;
    const char* const end = value->data() + value->size();
    const auto [rest, error] = std::from_chars(value->data(), end, number);
    if (error != std::errc() || rest != end) return std::nullopt;
    return number;
}

std::optional<bool> EngineArguments::flag(std::string_view flag) const {
    const std::string off = "--no-" + std::string(flag.substr(2));
    for (auto argument = arguments_.rbegin(); argument != arguments_.rend(); ++argument) {
        if (argument->name == off) return false;
        if (argument->name == flag) return argument->value != "False" && argument->value != "false";
    }
    return std::nullopt;
}

}  // namespace r1cluster::detail
