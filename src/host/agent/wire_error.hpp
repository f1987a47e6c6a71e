// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/reflect_json.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster {

BOOST_DESCRIBE_ENUM(ErrorKind, invalid_input, not_found, unavailable, timed_out, interrupted, system, internal)

namespace detail {

/// An Error as it travels in a reply.
struct WireError {
    ErrorKind kind = ErrorKind::unavailable;  ///< also for a kind that only the sender knows
    std::string subject;
    std::string message;
};
BOOST_DESCRIBE_STRUCT(WireError, (), (kind, subject, message))

WireError to_wire(const Error& error);
/// The reverse, with the host in front of the message.
Error from_wire(const WireError& error, const std::string& host);

}  // namespace detail
}  // namespace r1cluster
