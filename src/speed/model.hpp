// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "engine/options.hpp"
#include "layout/layout_sizes.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/speed/speed.hpp"

namespace r1cluster::detail {

/// NCCL has two ways to reduce over TCP: small messages with a flag in each word, at once but at a low rate (its
/// protocol LL), and large ones at the full rate but in more steps (Simple). It takes the faster one.
struct SmallMessages {
    Interval gbytes_per_s;    ///< of small ones
    Interval bulk_excess_us;  ///< that large ones take beyond the latency of small ones
};

/// What messages between ranks cross.
struct Fabric {
    Interval in_host_gbytes_per_s;        ///< between two GPUs of one host, one direction
    Interval in_host_latency_us;          ///< of a small all-reduce between two GPUs of a host; more GPUs take longer
    Interval between_hosts_gbytes_per_s;  ///< from one host to another, one direction, over all that NCCL uses
    Interval between_hosts_latency_us;    ///< of a small all-reduce between two hosts; one message takes half
    std::optional<SmallMessages> small_between_hosts;  ///< unset: one way for all sizes
    std::string in_host_name;                          ///< "NVLink", "PCIe"
    std::string between_hosts_name;                    ///< "InfiniBand with GPUDirect RDMA", "TCP over eth0"
    std::vector<std::string> because;
};

/// The worst of all hosts and pairs: a step waits for the last rank.
Fabric fabric_of(const Cluster& cluster, const Devices& devices, const Knowledge& knowledge);

/// NCCL over TCP between hosts.
void use_sockets(Fabric& fabric, const Knowledge& knowledge, std::string name, const Interval& gbytes_per_s,
                 const Interval& round_trip_us);
/// What NCCL reaches of a link of this rate: no more than its threads copy.
Interval socket_gbytes_per_s(double link_gbytes_per_s, const Knowledge& knowledge);

/// What a GPU can do. Not in our table: the band of its compute capability, or of all.
struct DeviceRates {
    Interval memory_gbytes_per_s;
    Interval tflops;  ///< dense, in the precision that this model is computed in on this GPU
    bool is_known = false;
    std::string because;
};

DeviceRates device_rates(const Device& device, const EngineOptions& options, const ModelConfig& config);

/// Where the stages of a layout lie.
struct StagePlacement {
    StageLoad load;
    Device device;             ///< the slowest of the stage
    bool spans_hosts = false;  ///< its tensor-parallel group does
    bool is_next_on_other_host = false;
    bool do_experts_span_hosts = false;  ///< with data parallelism: the ranks among which experts are spread
};

/// Throws Error (invalid_input) where a stage has no GPU.
SpeedPoint speed_point(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                       const std::vector<StagePlacement>& stages, const Fabric& fabric, const Workload& workload);

}  // namespace r1cluster::detail
