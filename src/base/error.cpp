// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/error.hpp"

#include <fmt/format.h>

#include <utility>

namespace r1cluster {

std::string_view to_text(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid_input: return "invalid_input";
        case ErrorKind::not_found: return "not_found";
        case ErrorKind::unavailable: return "unavailable";
        case ErrorKind::timed_out: return "timed_out";
        case ErrorKind::interrupted: return "interrupted";
        case ErrorKind::system: return "system";
        case ErrorKind::internal: return "internal";
    }
    return "internal";
}

Error::Error(ErrorKind kind, std::string subject, const std::string& message)
    : std::runtime_error(message), kind_(kind), subject_(std::move(subject)) {}

Error::Error(std::string source, TextPosition position, std::string_view what)
    : std::runtime_error(fmt::format("{}:{}:{}: {}", source, position.line, position.column, what)),
      kind_(ErrorKind::invalid_input),
      subject_(std::move(source)),
      position_(position) {}

}  // namespace r1cluster
