// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/facts/machine.hpp"
#include "r1cluster/report/report.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster::detail {

/// How one host meets the others of its deployment.
struct HostNetwork {
    std::string interface;  ///< empty: could not be told
    std::string address;
    std::string interface_because;
    std::string address_because;
    std::vector<Finding> findings;
};

/// By the spec's interface, else by the kernel's route to the peers, else (no peers) loopback. `machine` is
/// nullptr where nothing was read of the host.
HostNetwork host_network(const HostSpec& host, const std::vector<const HostSpec*>& peers, const Machine* machine);

/// nullptr where the machine has no such interface.
const Nic* find_nic(const Machine& machine, std::string_view name);

}  // namespace r1cluster::detail
