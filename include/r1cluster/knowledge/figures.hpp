// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Figures that forecasts rest on: src/knowledge/tables/*_figures.toml, whose rows say what each one is, and its
/// source.

#include <optional>
#include <string>
#include <string_view>

#include "r1cluster/base/interval.hpp"
#include "r1cluster/knowledge/engine_rows.hpp"

namespace r1cluster::knowledge {

/// Figures of the speed model, each with its unit where it has one.
enum class SpeedFigure {
    // shares of the vendor's rates
    weight_efficiency,
    expert_efficiency,
    cache_efficiency,
    decode_arithmetic,
    prefill_arithmetic,
    prefill_expert_arithmetic,
    // launching kernels
    kernel_us,
    eager_kernel_us,
    eager_prefill_share,
    graph_prefill_share,
    // kernels of a layer, beside its all-reduces
    attention_kernels,
    mlp_kernels,
    latent_attention_kernels,
    expert_kernels,
    quantised_attention_kernels,
    quantised_latent_kernels,
    quantised_mlp_kernels,
    quantised_expert_kernels,
    head_kernels,
    // beside the layers
    sampling_ms,
    sampling_of_request_ms,
    request_ms,
    admission_ms,
    draft_acceptance,
};
std::string_view to_text(SpeedFigure name);

/// Figures of links between GPUs, and between hosts, each with its unit where it has one.
enum class LinkFigure {
    // links inside a host
    nvlink_efficiency,
    nvlink_latency_us,
    pcie_data_share,
    pcie_efficiency,
    pcie_latency_us,
    slow_pcie_gbytes_per_s,
    unknown_link_gbytes_per_s,
    unknown_link_latency_us,
    more_ranks_latency_share,
    in_host_hop_us,
    // links between hosts
    rdma_efficiency,
    gpudirect_latency_us,
    staged_rdma_latency_us,
    unknown_rdma_latency_us,
    fast_infiniband_gbytes_per_s,
    socket_efficiency,
    socket_limit_gbytes_per_s,
    socket_latency_us,
    small_socket_gbytes_per_s,
    bulk_socket_excess_us,
    loopback_round_trip_us,
    unknown_round_trip_us,
    unknown_socket_gbytes_per_s,
    slow_hop_metadata_ms,
};
std::string_view to_text(LinkFigure name);

/// Figures of the memory model, each with its unit where it has one.
enum class MemoryFigure {
    // device memory of a rank, beside weights and activations
    driver_reserve_mib,
    cublas_mib,
    custom_all_reduce_mib,
    // host memory and loading
    worker_gib,
    server_gib,
    tensor_us,
};
std::string_view to_text(MemoryFigure name);

/// One figure. An exact value has three equal numbers.
template <class Name>
struct FigureRow {
    Name name{};                           ///< which figure
    Interval value;                        ///< in `unit`
    std::string unit;                      ///< "us", "GB/s", "MiB"; "share" of 1
    std::string does;                      ///< what it is a figure of
    std::string source;                    ///< where the row comes from
    std::optional<Confidence> confidence;  ///< how sure the row is; unset: the table does not say
    bool operator==(const FigureRow&) const = default;
};

}  // namespace r1cluster::knowledge
