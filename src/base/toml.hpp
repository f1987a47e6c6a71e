// SPDX-License-Identifier: Apache-2.0
#pragma once

/// toml++, set up so that a release build checks what a debug build asserts.

#define TOML_EXCEPTIONS 1
#define TOML_HEADER_ONLY 0  // compiled once, in toml.cpp
// A release build of toml++ lets the optimiser assume what a debug build asserts, and "[" at the end of a line breaks
// it. The parser's next branch refuses that properly, so it gets neither.
#define TOML_ASSERT(condition) static_cast<void>(0)
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <string_view>

namespace r1cluster::detail {

/// "a table", "a whole number", ... for messages.
std::string_view type_name(const toml::node& node);

/// toml::parse, which has no limit for the parts of a dotted key: each is a table in a table, and what walks through
/// them or destroys them recurses. Throws toml::parse_error, also for a line with more dots than any file has a use
/// for.
toml::table parse_toml(std::string_view text, std::string_view source);

}  // namespace r1cluster::detail
