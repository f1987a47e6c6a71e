// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// What is wrong with a text that is no TOML, for a person: the line, and what it most likely lacks. `line` counts from
/// 1; `description` is the parser's own.
std::string explain_syntax(std::string_view text, std::size_t line, std::string_view description);

}  // namespace r1cluster::detail
