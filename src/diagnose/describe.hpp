// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/diagnose/diagnose.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(EngineLog, (), (host, process, text))
BOOST_DESCRIBE_STRUCT(TransportUse, (), (transport, channels))

}  // namespace r1cluster
