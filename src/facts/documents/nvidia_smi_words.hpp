// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Words of `nvidia-smi -q -x`, and those that the facts have for the same, as NVML's numbers get them.

#include <array>
#include <string_view>

namespace r1cluster::detail {

struct Word {
    std::string_view theirs, ours;
};

inline constexpr std::array throttle_reasons{
    Word{"gpu_idle", "idle"},
    Word{"applications_clocks_setting", "applications clocks setting"},
    Word{"sw_power_cap", "software power cap"},
    Word{"hw_slowdown", "hardware slowdown"},
    Word{"sync_boost", "sync boost"},
    Word{"sw_thermal_slowdown", "software thermal slowdown"},
    Word{"hw_thermal_slowdown", "hardware thermal slowdown"},
    Word{"hw_power_brake_slowdown", "hardware power brake slowdown"},
    Word{"display_clocks_setting", "display clock setting"},
};
inline constexpr std::array virtualizations{Word{"None", "none"}, Word{"Pass-Through", "pass-through"},
                                            Word{"VGPU", "vGPU"}, Word{"Host VGPU", "host vGPU"},
                                            Word{"Host VSGA", "host vSGA"}};
inline constexpr std::array compute_modes{Word{"Default", "default"}, Word{"Exclusive_Process", "exclusive process"},
                                          Word{"Prohibited", "prohibited"}};
inline constexpr std::array fabric_states{Word{"Not Supported", "not supported"}, Word{"Not Started", "not started"},
                                          Word{"In Progress", "in progress"}, Word{"Completed", "completed"}};
/// Children of <fabric><health>, and the one word of each that is good.
inline constexpr std::array fabric_health{
    std::array<std::string_view, 3>{"bandwidth", "Full", "degraded bandwidth"},
    std::array<std::string_view, 3>{"route_recovery_in_progress", "False", "route recovery in progress"},
    std::array<std::string_view, 3>{"route_unhealthy", "False", "route unhealthy"},
    std::array<std::string_view, 3>{"access_timeout_recovery", "False", "access timeout recovery in progress"},
    std::array<std::string_view, 3>{"incorrect_configuration", "None", "incorrect configuration"},
};

/// GT/s of the generations of PCIe, from 1 on.
inline constexpr std::array gts_of_generation{2.5, 5.0, 8.0, 16.0, 32.0, 64.0};

}  // namespace r1cluster::detail
