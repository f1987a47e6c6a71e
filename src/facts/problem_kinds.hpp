// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "r1cluster/report/report.hpp"

namespace r1cluster::detail {

/// A kind of Problem: its id, and how bad it is. An error stops `up`; docs/checks.md lists the kinds.
struct ProblemKind {
    std::string_view id;
    Severity severity = Severity::warning;
    std::string_view meaning;
    bool operator==(const ProblemKind&) const = default;
};

namespace problem_kinds {

inline constexpr ProblemKind fabric_manager_stopped{"fabric_manager.not_running", Severity::error,
                                                    "a machine with NVSwitches runs no fabric manager: CUDA fails "
                                                    "with error 802"};
inline constexpr ProblemKind fabric_manager_version{
    "fabric_manager.version", Severity::error,
    "the fabric manager is not of the driver's version: it refuses to start, and CUDA fails with error 802"};
inline constexpr ProblemKind fabric_not_formed{"fabric.not_formed", Severity::error,
                                               "a GPU has not joined its NVLink fabric: CUDA fails with error 802"};
inline constexpr ProblemKind fabric_failed{"fabric.failed", Severity::error,
                                           "joining the NVLink fabric ended with an error"};
inline constexpr ProblemKind fabric_unhealthy{"fabric.unhealthy", Severity::warning,
                                              "the NVLink fabric reports a fault"};
inline constexpr ProblemKind driver_mismatch{"nvml.driver_mismatch", Severity::error,
                                             "the driver on disk is not the one that is loaded: NVML refuses"};
inline constexpr ProblemKind gpu_device_node{"gpu.device_node", Severity::error,
                                             "the device node of a GPU cannot be opened"};
inline constexpr ProblemKind row_remap_failed{"gpu.row_remap_failed", Severity::error,
                                              "faulty rows of a GPU's memory could not be replaced"};
inline constexpr ProblemKind row_remap_pending{"gpu.row_remap_pending", Severity::warning,
                                               "faulty rows of a GPU's memory are replaced at the next reset"};
inline constexpr ProblemKind ecc_pending{"gpu.ecc_pending", Severity::warning,
                                         "the ECC mode changes at the next reset"};
inline constexpr ProblemKind mig_pending{"gpu.mig_pending", Severity::warning,
                                         "the MIG mode changes at the next reset"};
inline constexpr ProblemKind gpu_slowed{"gpu.slowed_down", Severity::warning,
                                        "the hardware slows a GPU down: power or temperature"};
inline constexpr ProblemKind nvlink_down{"nvlink.down", Severity::warning, "a GPU has NVLinks that are down"};
inline constexpr ProblemKind nvlink_errors{"nvlink.errors", Severity::warning, "an NVLink has recovered from errors"};
inline constexpr ProblemKind pcie_width{"pcie.width", Severity::warning,
                                        "a PCIe link runs on fewer lanes than its two ends have"};
inline constexpr ProblemKind pcie_speed{"pcie.speed", Severity::warning,
                                        "a PCIe link of an HCA runs slower than its two ends can"};
inline constexpr ProblemKind acs_redirects{"pcie.acs_redirects", Severity::warning,
                                           "ACS sends traffic between a GPU and its HCA up to the CPU"};
inline constexpr ProblemKind no_subnet_manager{"hca.no_subnet_manager", Severity::warning,
                                               "an InfiniBand port is up and has no LID"};
inline constexpr ProblemKind hca_port_down{"hca.port_down", Severity::warning,
                                           "a port of an HCA has a cable and no link"};
inline constexpr ProblemKind hca_down{"hca.down", Severity::warning,
                                      "no port of an HCA is up, while HCAs of its model are"};
inline constexpr ProblemKind hca_unusable{"hca.unusable", Severity::warning,
                                          "the device file of an HCA cannot be opened"};
inline constexpr ProblemKind peermem_without_core{"gpudirect.peermem", Severity::warning,
                                                  "nvidia_peermem is loaded and cannot register with the RDMA core"};

inline constexpr std::array all{fabric_manager_stopped,
                                fabric_manager_version,
                                fabric_not_formed,
                                fabric_failed,
                                fabric_unhealthy,
                                driver_mismatch,
                                gpu_device_node,
                                row_remap_failed,
                                row_remap_pending,
                                ecc_pending,
                                mig_pending,
                                gpu_slowed,
                                nvlink_down,
                                nvlink_errors,
                                pcie_width,
                                pcie_speed,
                                acs_redirects,
                                no_subnet_manager,
                                hca_port_down,
                                hca_down,
                                hca_unusable,
                                peermem_without_core};

}  // namespace problem_kinds
}  // namespace r1cluster::detail
