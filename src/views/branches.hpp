// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The branches of show(Machine), by subject.

#include "r1cluster/facts/machine.hpp"
#include "views/tree.hpp"

namespace r1cluster::detail {

Branch problems_branch(const Machine& machine);
Branch system_branch(const Machine& machine);
Branch gpus_branch(const Machine& machine);
Branch hcas_branch(const Machine& machine);
Branch pci_branch(const Machine& machine);
Branch network_branch(const Machine& machine);
Branch software_branch(const Machine& machine);
Branch files_branch(const Machine& machine);
Branch gaps_branch(const Machine& machine);

}  // namespace r1cluster::detail
