// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Words of facts/gpu.hpp for the numbers of NVML. Every source of facts about GPUs uses these. A number that nvml.h
/// does not have gives an empty word, or one with the number in it where a list would hide it.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster::detail {

/// By NVML's numbers. `nvidia-smi -q -x` says the same with capitals and "_".
inline constexpr std::array<std::string_view, 5> virtualization_words{"none", "pass-through", "vGPU", "host vGPU",
                                                                      "host vSGA"};
inline constexpr std::array<std::string_view, 4> compute_mode_words{"default", "exclusive thread", "prohibited",
                                                                    "exclusive process"};

/// A word of ours, and the name of what says it in `nvidia-smi -q -x`.
struct GpuWord {
    std::string_view ours, theirs;
};
/// By bit. Theirs come after "clocks_event_reason_".
inline constexpr std::array throttle_reasons{
    GpuWord{"idle", "gpu_idle"},
    GpuWord{"applications clocks setting", "applications_clocks_setting"},
    GpuWord{"software power cap", "sw_power_cap"},
    GpuWord{"hardware slowdown", "hw_slowdown"},
    GpuWord{"sync boost", "sync_boost"},
    GpuWord{"software thermal slowdown", "sw_thermal_slowdown"},
    GpuWord{"hardware thermal slowdown", "hw_thermal_slowdown"},
    GpuWord{"hardware power brake slowdown", "hw_power_brake_slowdown"},
    GpuWord{"display clock setting", "display_clocks_setting"},
};
/// What may be wrong with the fabric, by place in NVML's mask. Theirs are children of <fabric><health>.
inline constexpr std::array fabric_flaws{
    GpuWord{"degraded bandwidth", "bandwidth"},
    GpuWord{"route recovery in progress", "route_recovery_in_progress"},
    GpuWord{"route unhealthy", "route_unhealthy"},
    GpuWord{"access timeout recovery in progress", "access_timeout_recovery"},
};

std::string ancestor_word(int level);       ///< nvmlGpuTopologyLevel_t -> "PIX", "PXB", "PHB", "NODE", "SYS"
std::string virtualization_word(int mode);  ///< nvmlGpuVirtualizationMode_t
std::string compute_mode_word(int mode);    ///< nvmlComputeMode_t
std::vector<std::string> fabric_health_words(std::uint32_t mask);  ///< NVML_GPU_FABRIC_HEALTH_MASK_*, what is not well
std::vector<std::string> throttle_words(std::uint64_t reasons);    ///< nvmlClocksEventReason*
std::optional<double> pcie_speed_gts(int generation);

/// {0x5} -> "0,2": bits of a set in words of 64, in the kernel's list format.
std::string list_of_bits(const std::vector<std::uint64_t>& words);

}  // namespace r1cluster::detail
