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

/// One of "links()": what sysfs does not show. `kind` is the kernel's ("vlan", "bond", "veth"), empty for hardware.
struct Link {
    std::string name, kind, parent;
    std::optional<int> vlan_id;
};
BOOST_DESCRIBE_STRUCT(Link, (), (name, kind, parent, vlan_id))

struct RouteEntry {
    std::string destination, interface, source, gateway;
    int table = 0, metric = 0;
};
BOOST_DESCRIBE_STRUCT(RouteEntry, (), (destination, interface, source, gateway, table, metric))

/// "routes()": unicast routes of all tables but the host's own addresses
struct RouteTable {
    bool is_complete = false;
    std::vector<RouteEntry> entries;
};
BOOST_DESCRIBE_STRUCT(RouteTable, (), (is_complete, entries))

/// One of "route_policies()"
struct RoutePolicy {
    int priority = 0;
    std::string family, source, destination, interface;
    int table = 0;
};
BOOST_DESCRIBE_STRUCT(RoutePolicy, (), (priority, family, source, destination, interface, table))

/// "processes()": those that matter, by the names that the kernel cuts to 15 characters. `sees_host` is false where
/// only the processes of a container show, so that absence proves nothing.
struct Processes {
    bool sees_host = false;
    std::map<std::string, int> found;  ///< name -> one pid
};
BOOST_DESCRIBE_STRUCT(Processes, (), (sees_host, found))

/// "dpkg()": package -> version of those that matter and are installed
using Packages = std::map<std::string, std::string>;

}  // namespace r1cluster::calls
