// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/error.hpp"

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

}  // namespace r1cluster
