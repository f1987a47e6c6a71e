// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/views/views.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Change, (), (host, subject, sentence, is_worse))

}  // namespace r1cluster
