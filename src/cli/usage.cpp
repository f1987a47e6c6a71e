// SPDX-License-Identifier: Apache-2.0
#include "cli/usage.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "cli/help.hpp"

namespace r1cluster::cli {
namespace {

bool is_verb(const CLI::App& app) { return app.get_parent() != nullptr; }

std::string command_of(const CLI::App& verb) { return is_verb(verb) ? "r1cluster " + verb.get_name() : "r1cluster"; }

std::string with_help(const CLI::App& verb, const std::string& what) {
    return fmt::format("{}: {}\n\"{} --help\" lists {}", command_of(verb), what, command_of(verb),
                       is_verb(verb) ? "what it takes" : "the verbs");
}

const CLI::App& verb_of(const CLI::App& app) {
    const std::vector<const CLI::App*> verbs = app.get_subcommands([](const CLI::App* verb) { return verb->parsed(); });
    return verbs.empty() ? app : *verbs.front();
}

std::string missing(const CLI::App& verb) {
    if (!is_verb(verb)) return "a verb is missing; for example: r1cluster show";
    for (const CLI::Option* option : verb.get_options()) {
        if (!option->get_required() || option->count() > 0) continue;
        return fmt::format("{} is missing: {}; for example: {}", option->get_name(), option->get_description(),
                           example_of(verb.get_name()));
    }
    return "an argument is missing";
}

/// Options that do not go together, or an option without the one that it belongs to.
std::string disagreement(const CLI::App& verb) {
    for (const CLI::Option* option : verb.get_options()) {
        if (option->count() == 0) continue;
        for (const CLI::Option* needed : option->get_needs()) {
            if (needed->count() == 0)
                return fmt::format("{0} belongs to {1}: add {1}", option->get_name(), needed->get_name());
        }
        for (const CLI::Option* excluded : option->get_excludes()) {
            if (excluded->count() > 0) {
                return fmt::format("{} and {} print different things: give one of them", option->get_name(),
                                   excluded->get_name());
            }
        }
    }
    return "";
}

/// The option that CLI11 names first in its own message.
const CLI::Option* named_option(const CLI::App& verb, const std::string& message) {
    const std::string name = message.substr(0, message.find_first_of(": "));
    return verb.get_option_no_throw(name);
}

}  // namespace

UsageError::UsageError(const CLI::App& verb, const std::string& what) : std::runtime_error(with_help(verb, what)) {}

std::int64_t parse_number(const CLI::App& verb, const std::string& option, const std::string& text, NumberRange range) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    if (is_number && number >= range.least && number <= range.most) return number;
    throw UsageError(
        verb, fmt::format("{} \"{}\" is not a whole number from {} to {}", option, text, range.least, range.most));
}

CLI::Option* add_choice(CLI::App& verb, const std::string& name, std::string& target, const std::string& says,
                        const std::vector<std::string>& choices) {
    CLI::Option* added = verb.add_option_function<std::string>(
        name,
        [&verb, &target, name, choices](const std::string& text) {
            if (std::ranges::find(choices, text) == choices.end()) {
                throw UsageError(verb, fmt::format("{} \"{}\" is not known; expected \"{}\"", name, text,
                                                   fmt::join(choices, "\" or \"")));
            }
            target = text;
        },
        says);
    added->type_name(fmt::to_string(fmt::join(choices, "|")));
    if (!target.empty()) added->default_str(target);
    return added;
}

std::string explain_usage(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& verb = verb_of(app);
    const std::vector<std::string> remaining = app.remaining(true);
    const std::string first = remaining.empty() ? "" : remaining.front();
    // A mistyped option explains what is missing, too.
    if (dynamic_cast<const CLI::ExtrasError*>(&error) || first.starts_with('-')) {
        const std::string suggestion = suggest_option(verb, first);
        return with_help(verb, fmt::format("\"{}\" is {}", first,
                                           first.starts_with('-') ? "no option of it" : "one argument too many") +
                                   (suggestion.empty() ? "" : ";" + suggestion));
    }
    if (dynamic_cast<const CLI::RequiredError*>(&error)) return with_help(verb, missing(verb));
    if (const std::string text = disagreement(verb); !text.empty()) return with_help(verb, text);
    const CLI::Option* option = named_option(verb, error.what());
    if (option && dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
        return with_help(verb, fmt::format("{} needs a value: {}", option->get_name(), option->get_description()));
    }
    return with_help(verb, error.what());
}

}  // namespace r1cluster::cli
