// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/check/check.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(PlannedPort, (), (host, address, port, purpose))

}  // namespace r1cluster
