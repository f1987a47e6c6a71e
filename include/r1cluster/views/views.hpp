// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "r1cluster/facts/cluster.hpp"

namespace r1cluster {

/// A tree for a terminal, one line of judgement per machine.
std::string show(const Machine& machine);
std::string show(const Cluster& cluster);
/// The matrix of `nvidia-smi topo -m`: GPUs, HCAs with their rates, other network controllers, CPU and NUMA affinity;
/// and for each GPU and HCA whether GPUDirect RDMA is used between them. Ends with a legend of what occurs in it.
std::string show_matrix(const Machine& machine);
/// A picture of the machine: NUMA nodes, PCI switches, GPUs, NVLinks, HCAs; what is wrong is red.
std::string to_svg(const Machine& machine);
/// For a notebook.
std::string show_html(const Machine& machine);

/// One thing that differs between two recordings of the same machines.
struct Change {
    std::string host;
    std::string subject;    ///< "gpu3", "mlx5_2 port 1", "driver"
    std::string sentence;   ///< "gpu3: link width fell from 16 to 8 lanes"
    bool is_worse = false;  ///< something was lost, slowed down or broke
    bool operator==(const Change&) const = default;
};

/// What changed from one reading to a later one, worse changes first. What varies by nature (free memory, clocks,
/// temperature, counters that only grow slowly) is left out. Hosts are matched by name, or are the only one on either
/// side; GPUs by UUID, else by PCI address; HCAs by PCI address, else by name.
std::vector<Change> compare(const Cluster& before, const Cluster& after);
std::string show(const std::vector<Change>& changes);

}  // namespace r1cluster
