// SPDX-License-Identifier: Apache-2.0
#include "host/agent/wire_error.hpp"

namespace r1cluster::detail {

WireError to_wire(const Error& error) { return {error.kind(), error.subject(), error.what()}; }

Error from_wire(const WireError& error, const std::string& host) {
    return Error(error.kind, error.subject, host + ": " + error.message);
}

}  // namespace r1cluster::detail
