// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>

#include "host/agent/session.hpp"

namespace r1cluster {

/// Hosts that are this machine: node0 at 127.0.0.1, node1 at 127.0.0.2, without ssh.
inline DeploymentSpec local_spec(const std::string& name, int hosts = 2) {
    DeploymentSpec spec;
    spec.name = name;
    spec.model.path = "/nowhere/model";
    spec.model.served_name = name;
    spec.engine.python = "/nowhere/python";
    for (int i = 0; i < hosts; ++i) {
        HostSpec& host = spec.hosts.emplace_back();
        host.name = "node" + std::to_string(i);
        host.address = "127.0.0." + std::to_string(i + 1);
        host.transport = Transport::local;
    }
    return spec;
}

inline HostOptions local_options() {
    HostOptions options;
    options.binary = R1CLUSTER_BINARY;
    options.connect_timeout_s = 60;  // a loaded machine is no failure
    return options;
}

}  // namespace r1cluster
