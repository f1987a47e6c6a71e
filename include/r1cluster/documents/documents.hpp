// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster {

/// The facts that one document of another tool states about a machine; kind_of_document() names the kinds. All other
/// facts are unset, and Machine::gaps lists them in general terms ("CPU: an NCCL topology does not hold it"). Nothing
/// is derived: paths, roles and problems come from interpret().
/// Throws Error (invalid_input) that starts with "source:line:column:". A document has at most 64 MiB and 64 levels of
/// nesting; the memory used is bounded by a small multiple of its size.
Machine parse_document(std::string_view kind, std::string_view text, const std::string& source);

/// The machine in the format of NCCL_TOPO_FILE (version 1): CPUs by NUMA node, PCI switches, GPUs with their NVLinks,
/// network controllers. Unknown values are left out; NCCL then determines them from the system.
std::string to_nccl_topology(const Machine& machine);
/// The tree of packages, NUMA nodes, bridges and devices in the format of `lstopo`.
std::string to_hwloc_text(const Machine& machine);
/// The devices with NVLinks and rails as a Graphviz graph.
std::string to_dot(const Machine& machine);

}  // namespace r1cluster
