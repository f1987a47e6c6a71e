// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {

/// An Error as it travels in an answer: {"kind": ..., "subject": ..., "message": ...}.
boost::json::value error_to_wire(const Error& error);
/// The reverse; an unknown kind of a newer agent becomes `unavailable`. The host is put in front of the message.
Error error_from_wire(const boost::json::value& value, const std::string& host);

}  // namespace r1cluster::detail
