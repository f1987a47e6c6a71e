// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "layout/describe.hpp"
#include "r1cluster/host/engine/ask_engine.hpp"
#include "readings/describe.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(EngineQuestion, (), (checkpoint, layout))

}  // namespace r1cluster
