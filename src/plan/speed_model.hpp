// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plan/engine_options.hpp"
#include "plan/layout_sizes.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/plan/speed.hpp"

namespace r1cluster::detail {

/// What messages between ranks cross.
struct Fabric {
    Interval in_host_gbytes_per_s;        ///< between two GPUs of one host, one direction
    Interval in_host_latency_us;          ///< of a small all-reduce inside a host
    Interval between_hosts_gbytes_per_s;  ///< from one host to another, one direction
    Interval between_hosts_latency_us;
    std::vector<std::string> because;
};

Fabric fabric_of(const Cluster& cluster, const Devices& devices);

/// Where the stages of a layout lie.
struct StagePlacement {
    StageLoad load;
    Device device;             ///< the slowest of the stage
    bool spans_hosts = false;  ///< its tensor-parallel group does
    bool is_next_on_other_host = false;
};

SpeedPoint speed_point(const EngineOptions& options, const ModelConfig& config, const LayoutSizes& sizes,
                       const std::vector<StagePlacement>& stages, const Fabric& fabric, const Workload& workload);

}  // namespace r1cluster::detail
