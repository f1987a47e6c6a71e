// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The JSON of those calls that tell of devices, network tables and software; as calls.hpp.

#include <map>

#include "readings/calls.hpp"

namespace r1cluster::calls {

/// "ibv_query_device(mlx5_0)"
struct VerbsDevice {
    std::string firmware_version;
    int ports = 0;
};
BOOST_DESCRIBE_STRUCT(VerbsDevice, (), (firmware_version, ports))

/// "ibv_query_port(mlx5_0, 1)", with the numbers of verbs.h
struct VerbsPort {
    int state = 0, link_layer = 0, active_mtu = 0, active_width = 0, active_speed = 0, lid = 0, sm_lid = 0;
};
BOOST_DESCRIBE_STRUCT(VerbsPort, (), (state, link_layer, active_mtu, active_width, active_speed, lid, sm_lid))

}  // namespace r1cluster::calls
