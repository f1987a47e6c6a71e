// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/facts/cluster.hpp"

namespace r1cluster {

/// A tree for a terminal that starts with a one-line summary of each machine.
std::string show(const Machine& machine);
std::string show(const Cluster& cluster);
/// The matrix of `nvidia-smi topo -m`: GPUs, HCAs with their rates, other network controllers, CPU and NUMA affinity;
/// and for each GPU and HCA whether NCCL uses GPUDirect RDMA. Ends with a legend of the marks that occur.
std::string show_matrix(const Machine& machine);
/// A picture of the machine: NUMA nodes, PCI switches, GPUs, NVLinks, HCAs; problems are red.
std::string to_svg(const Machine& machine);
/// For a notebook.
std::string show_html(const Machine& machine);

/// One difference between two recordings of the same machines.
struct Change {
    std::string host;       ///< name in the spec
    std::string subject;    ///< "gpu3", "mlx5_2 port 1", "driver"
    std::string sentence;   ///< "gpu3: link width fell from 16 to 8 lanes"
    bool is_worse = false;  ///< something was lost, became slower or broke
    bool operator==(const Change&) const = default;
};

/// Compares two readings of the same machines, changes for the worse first. Values that always change (free memory,
/// clocks, temperature, slow counters) are ignored. Hosts are matched by name; two single hosts are always compared.
/// GPUs are matched by UUID, then by PCI address; HCAs by PCI address, then by name.
std::vector<Change> compare(const Cluster& before, const Cluster& after);
std::string show(const std::vector<Change>& changes);

}  // namespace r1cluster
