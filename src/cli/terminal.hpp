// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace r1cluster::cli {

/// Columns of the terminal behind this descriptor; 80 where it does not say.
std::size_t terminal_columns(int descriptor);

/// The first `columns` characters of a text in UTF-8, with "..." in place of what is cut.
std::string cut_to_columns(std::string_view text, std::size_t columns);

/// `text` in lines of at most `columns`, broken between words; a line goes on below its text, in a tree below its
/// branches. Lines with a command to paste (a remedy, a program, curl) stay whole, so that they can be copied.
std::string fit_to_terminal(std::string_view text, std::size_t columns);

/// "error", "warning" and "unknown" at the start of a line in colour; for a terminal, unless NO_COLOR is set.
std::string coloured(std::string_view text);

}  // namespace r1cluster::cli
