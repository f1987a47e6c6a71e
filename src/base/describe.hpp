// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/base/interval.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Interval, (), (low, likely, high))
BOOST_DESCRIBE_STRUCT(WholeInterval, (), (low, likely, high))

}  // namespace r1cluster
