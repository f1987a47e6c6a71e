// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/config/settings.hpp"
#include "report/describe.hpp"

namespace r1cluster {

BOOST_DESCRIBE_STRUCT(Setting, (), (name, value, because, is_from_user, ours))
BOOST_DESCRIBE_STRUCT(HostSettings, (), (host, interface, address, settings))
BOOST_DESCRIBE_STRUCT(Settings, (), (hosts, findings))

}  // namespace r1cluster
