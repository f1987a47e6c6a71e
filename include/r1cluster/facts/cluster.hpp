// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/facts/machine.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster {

/// A measured way from one host to another.
struct HostPath {
    std::string from;
    std::string to;
    std::string interface;  ///< of `from`, by the address the kernel chose; empty when not known
    std::string from_address;
    std::string to_address;
    bool is_connected = false;
    std::optional<double> round_trip_us;
    std::string because;  ///< why not
    bool operator==(const HostPath&) const = default;
};

/// Machines together, and how they reach each other.
struct Cluster {
    std::vector<Machine> machines;  ///< in the order of the spec; the first is the head
    std::vector<HostPath> paths;    ///< ordered pairs that were tried

    /// nullptr where there is no such host.
    const Machine* find(std::string_view host) const;
    bool operator==(const Cluster&) const = default;
};

/// What readings mean. Never throws for what a host said or did not say: that is a Gap.
Machine interpret(const Readings& readings);
Cluster interpret(const Recording& recording);

/// A tree for a terminal, one line of judgement per machine.
std::string show(const Machine& machine);
std::string show(const Cluster& cluster);
/// For a notebook.
std::string show_html(const Machine& machine);

}  // namespace r1cluster
