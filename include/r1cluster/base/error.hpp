// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace r1cluster {

/// What kind of trouble an Error is. The command line maps it to an exit code, Python to a class.
enum class ErrorKind {
    invalid_input,  ///< a value or file from the caller is wrong
    not_found,      ///< the named file, host or deployment does not exist
    unavailable,    ///< a host, library or port cannot be used at present
    timed_out,      ///< a stated deadline passed
    interrupted,    ///< the caller asked to stop (Ctrl-C)
    system,         ///< the operating system refused
    internal,       ///< a defect in r1cluster
};

std::string_view to_text(ErrorKind kind);

/// A place in a text.
struct TextPosition {
    std::size_t line = 1;    ///< from 1
    std::size_t column = 1;  ///< from 1, in bytes
    bool operator==(const TextPosition&) const = default;
};

/// Thrown when a call cannot do what it was asked to do. A fact that could not be *seen* is a Gap in a
/// Machine, and what is *wrong* with a cluster is a Finding in a Report; neither is thrown.
///
/// The message says what was being done, the thing in quotes, what is wrong, and what would be
/// right. Messages of parsers start with `source:line:column:`.
class Error : public std::runtime_error {
public:
    Error(ErrorKind kind, std::string subject, const std::string& message);
    /// invalid_input at a place of the text `source`: the message is "source:line:column: what".
    Error(std::string source, TextPosition position, std::string_view what);

    ErrorKind kind() const noexcept { return kind_; }
    /// The host, file, key or port that the error is about.
    const std::string& subject() const noexcept { return subject_; }
    /// Where in the text subject() the mistake is; unset where the error is about no text.
    const std::optional<TextPosition>& position() const noexcept { return position_; }

private:
    ErrorKind kind_;
    std::string subject_;
    std::optional<TextPosition> position_;
};

}  // namespace r1cluster
