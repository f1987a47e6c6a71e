// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace r1cluster {

/// What kind of trouble an Error is. The command line maps it to an exit code, Python to a class.
enum class ErrorKind {
    invalid_input,  ///< a value or file the caller gave is wrong
    not_found,      ///< a file, host or deployment that was named does not exist
    unavailable,    ///< a host, library or port cannot be used at present
    timed_out,      ///< a stated deadline passed
    interrupted,    ///< the caller asked to stop (Ctrl-C)
    system,         ///< the operating system refused
    internal,       ///< a defect in r1cluster
};

std::string_view to_text(ErrorKind kind);

/// Something that was asked for could not be done. What could not be *seen* is a Gap in a Machine,
/// and what is *wrong* with a cluster is a Finding in a Report; neither is ever thrown.
///
/// The message says what was being done, the thing in quotes, what is wrong, and what would be
/// right. Parsers lead with `source:line:column:`.
class Error : public std::runtime_error {
public:
    Error(ErrorKind kind, std::string subject, const std::string& message);

    ErrorKind kind() const noexcept { return kind_; }
    /// The host, file, key or port that the error is about.
    const std::string& subject() const noexcept { return subject_; }

private:
    ErrorKind kind_;
    std::string subject_;
};

}  // namespace r1cluster
