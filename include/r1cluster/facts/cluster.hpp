// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/facts/machine.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster {

/// A measured way from one host to another.
struct HostPath {
    std::string from;                     ///< host that tried
    std::string to;                       ///< host that was tried
    std::string interface;                ///< of `from`, by the address the kernel chose; empty when not known
    std::string from_address;             ///< that the kernel chose
    std::string to_address;               ///< that was tried
    bool is_connected = false;            ///< a TCP connection came about
    std::optional<double> round_trip_us;  ///< of the handshake, in microseconds; unset: not connected
    std::string because;                  ///< why not
    bool operator==(const HostPath&) const = default;
};

/// An HCA port as part of a rail.
struct RailPort {
    std::string host;  ///< name in the spec
    std::string hca;   ///< name of the HCA
    int port = 1;      ///< number of the port, from 1
    bool operator==(const RailPort&) const = default;
};

/// HCA ports of several hosts that face each other: traffic between them crosses no other rail.
struct Rail {
    int index = 0;                              ///< from 0
    std::vector<RailPort> ports;                ///< at most one of each host, in the order of the machines
    LinkLayer link_layer = LinkLayer::unknown;  ///< of all its ports
    std::optional<double> rate_gbps;            ///< of the slowest port
    std::string because;  ///< "same subnet 10.1.0.0/24", "same position beside gpu0; one subnet prefix for all"
    bool operator==(const Rail&) const = default;
};

/// What the machines of a cluster have in common, or not; one sentence each, worst first.
struct Difference {
    std::string subject;                        ///< "GPU model", "GPU driver", "HCA count"
    std::map<std::string, std::string> values;  ///< host -> value
    bool operator==(const Difference&) const = default;
};

/// Machines together, and how they reach each other.
struct Cluster {
    std::vector<Machine> machines;        ///< in the order of the spec; the first is the head
    std::vector<HostPath> paths;          ///< ordered pairs that were tried
    std::vector<Rail> rails;              ///< HCA ports of several hosts that face each other
    std::vector<Difference> differences;  ///< what the machines do not have in common

    /// nullptr where there is no such host.
    const Machine* find(std::string_view host) const;
    bool operator==(const Cluster&) const = default;
};

/// What readings mean, with what the tables say of GPUs, links and kernels. Never throws for what a host said or did
/// not say: that is a Gap.
Machine interpret(const Readings& readings, const Knowledge& knowledge = Knowledge::embedded());
Cluster interpret(const Recording& recording, const Knowledge& knowledge = Knowledge::embedded());

}  // namespace r1cluster
