// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The constants of NCCL's topology model, in GB/s (1e9 bytes) one way. Source: NVIDIA/nccl src/graph/topo.h and
/// topo.cc (kvDictPciGen, ncclTopoNVLinkBw, ncclTopoGetInterCpuBw, ncclTopoAddCpu), the same from 2.18 to 2.30
/// except where a comment says so.

#include <optional>
#include <string_view>

namespace r1cluster::knowledge {

constexpr double nccl_local_gbytes_per_s = 5000;

/// A PCIe link: lanes x the rate of one lane, which NCCL keeps in units of 100 Mb/s. What sysfs does not say is taken
/// for 16 lanes, and for generation 3.
double nccl_pci_gbytes_per_s(std::optional<double> speed_gts, std::optional<int> width);

/// One NVLink of a GPU of this compute capability ("9.0"); 20 where it is not known.
double nccl_nvlink_gbytes_per_s(std::string_view compute_capability);

/// Between two NUMA nodes. `vendor` as /proc/cpuinfo writes it ("GenuineIntel"); family and model of CPUID.
double nccl_between_cpus_gbytes_per_s(std::string_view vendor, int family, int model);

}  // namespace r1cluster::knowledge
