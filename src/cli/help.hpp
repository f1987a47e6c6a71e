// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace r1cluster::cli {

/// Help that fits 80 columns: types without ranges, long descriptions in several lines, and an example for each verb.
/// For an app whose verbs are all added.
void format_help(CLI::App& app);

/// `text` in lines of at most 80 columns, if its words allow; a line goes on below the beginning of its description.
std::string wrap_help(std::string_view text);

/// A command of this verb that works: "r1cluster show cluster.toml --matrix".
std::string_view example_of(const std::string& verb);

/// " did you mean \"plan\"?" for a mistyped verb, or the same for an option of a verb; empty: no name is near.
std::string suggest_verb(const CLI::App& app, const std::string& mistyped);
std::string suggest_option(const CLI::App& verb, const std::string& mistyped);

}  // namespace r1cluster::cli
