// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace r1cluster::detail {

/// Text that a terminal shows and does not obey. Hosts, logs, recordings and specs come from elsewhere, and may hold
/// sequences that rename the window, move the cursor or answer as if somebody typed. Line ends and tabs stay. Every
/// other control character becomes its escape, "\x1b" or "\u009b": C0, DEL, C1, bidirectional controls, line and
/// paragraph separators; and so does each byte that is not UTF-8. A carriage return before a line end is dropped.
std::string terminal_text(std::string_view text);

/// The same for a JSON document: escapes of JSON, so that the document says what it said. JSON has no control character
/// outside of its strings, and its writer escapes C0.
std::string terminal_json(std::string_view document);

}  // namespace r1cluster::detail
