// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

/// Sets what `machine` does not say to what `other` says; lists of devices are matched by PCI address, else by name.
/// What both say and differ in goes to the gaps, with `machine`'s word kept. Sources and gaps of `other` are added.
void fill(Machine& machine, Machine other);

}  // namespace r1cluster::detail
