// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "r1cluster/facts/machine.hpp"

/// Machines as interpret() would give them, filled in by hand: what views are tested with.

/// 8 x H100 on 8 PCIe switches with an NDR HCA and an NVMe disk each, 4 NVSwitches, two NUMA nodes, and two HCAs that
/// are no rails: storage (InfiniBand) and management (Ethernet).
r1cluster::Machine h100_machine();
/// The same with what goes wrong at night: gpu3 lost half of its PCIe lanes, gpu6 one NVLink, and mlx5_4 its cable.
r1cluster::Machine broken_h100_machine();
/// Two H200 in a virtual machine: flat PCI, no NUMA node, an NVSwitch that is hidden.
r1cluster::Machine h200_vm();
/// Four T4 in one box without NVLink; gpu2 is at x8.
r1cluster::Machine t4_machine();
/// Two sockets, no GPU, an Ethernet controller with two ports.
r1cluster::Machine cpu_machine();
/// `gpus` GPUs and `hcas` HCAs spread over `nodes` NUMA nodes (0: not known), `per_switch` GPUs on a switch (0: no
/// switch).
r1cluster::Machine machine_of(int gpus, int hcas, int nodes, int per_switch);
