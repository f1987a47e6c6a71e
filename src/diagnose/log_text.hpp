// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// One line of an engine's log, made harmless: no ANSI sequences, no control bytes, no more than 4 KiB.
struct LogLine {
    std::size_t number = 0;   ///< from 1
    std::string text;         ///< whole
    std::string message;      ///< without "(Worker pid=1) ERROR 11-22 05:19:57 [file.py:1] "
    std::string time;         ///< "11-22 05:19:57", of this line or the last before it; empty: none yet
    bool is_routine = false;  ///< of level DEBUG, INFO or WARNING: tells no failure, may quote anything
};

/// Bytes of a log that are looked at from its start, and from its end.
constexpr std::size_t log_window_bytes = 4u << 20;

/// Calls `visit` for each line of the windows; true where something between them was left out.
bool for_each_line(std::string_view log, const std::function<void(const LogLine&)>& visit);

}  // namespace r1cluster::detail
