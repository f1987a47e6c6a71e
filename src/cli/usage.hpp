// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace r1cluster::cli {

/// What was typed is no command of r1cluster: exit code 2.
class UsageError : public std::runtime_error {
public:
    /// "r1cluster VERB: what is wrong", and a second line that names the help.
    UsageError(const CLI::App& verb, const std::string& what);
};

/// Both ends included.
struct NumberRange {
    std::int64_t least = 1;
    std::int64_t most = 1'000'000'000;
};

/// Throws UsageError for a text that is no whole number of the range.
std::int64_t parse_number(const CLI::App& verb, const std::string& option, const std::string& text, NumberRange range);

template <class Target>
struct NumberOf {
    using Type = Target;
};
template <class Number>
struct NumberOf<std::optional<Number>> {
    using Type = Number;
};

/// An option that takes a whole number. `names` as CLI11 has them: "-n,--lines". What `target` holds is the default.
template <class Target>
CLI::Option* add_number(CLI::App& verb, const std::string& names, Target& target, const std::string& says,
                        NumberRange range = {}) {
    const std::string option = names.substr(names.rfind(',') + 1);
    CLI::Option* added = verb.add_option_function<std::string>(
        names,
        [&verb, &target, option, range](const std::string& text) {
            target = static_cast<typename NumberOf<Target>::Type>(parse_number(verb, option, text, range));
        },
        says);
    added->type_name("N");
    if constexpr (std::is_arithmetic_v<Target>) added->default_str(std::to_string(target));
    return added;
}

/// An option that takes one of these words.
CLI::Option* add_choice(CLI::App& verb, const std::string& name, std::string& target, const std::string& says,
                        const std::vector<std::string>& choices);

/// What is wrong with a command line that CLI11 refuses, in the form of UsageError.
std::string explain_usage(const CLI::App& app, const CLI::ParseError& error);

}  // namespace r1cluster::cli
