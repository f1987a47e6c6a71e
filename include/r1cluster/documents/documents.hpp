// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "r1cluster/facts/machine.hpp"

namespace r1cluster {

/// What one document of another tool says of a machine; kinds as kind_of_document() names them. All that it does not
/// say is unset, and Machine::gaps say so in general terms ("CPU: an NCCL topology does not hold it"). Nothing is
/// derived: paths, roles and problems come from interpret().
/// `source` leads the errors: Error (invalid_input), "source:line:column: ...". Memory is bounded by a small multiple
/// of the text, texts by 64 MiB, and depth of nesting by 64.
Machine parse_document(std::string_view kind, std::string_view text, const std::string& source);

/// The machine as NCCL_TOPO_FILE takes it (version 1 of the format): CPUs by NUMA node, PCI switches, GPUs with their
/// NVLinks, network controllers. What is not known is left out, so that NCCL completes it from the system.
std::string to_nccl_topology(const Machine& machine);
/// The tree of packages, NUMA nodes, bridges and devices, as `lstopo` prints it.
std::string to_hwloc_text(const Machine& machine);
/// The same as a graph for Graphviz, NVLinks and rails included.
std::string to_dot(const Machine& machine);

}  // namespace r1cluster
