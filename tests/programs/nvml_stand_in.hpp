// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the stand-in for NVML shall answer. The test opens the same file as the reader does, sets this, and counts.
/// Without a change it is a virtual machine with two H200, as nvidia-smi shows one (driver 580).

#include <map>
#include <string>
#include <vector>

#include "host/read/nvml_declarations.hpp"

using namespace r1cluster::nvml;

struct NvmlStandIn {
    unsigned gpus = 2;  ///< that nvmlDeviceGetCount_v2 says
    nvmlReturn_t init = NVML_SUCCESS;
    /// "nvmlDeviceGetPowerUsage" -> refused for every GPU; "nvmlDeviceGetPowerUsage(1)" -> for that one; "(1)" -> every
    /// function of that one, but for its handle.
    std::map<std::string, nvmlReturn_t> refusals;
    unsigned pci_domain = 0;
    bool is_mig = false;
    nvmlGpuVirtualizationMode_t virtualization = NVML_GPU_VIRTUALIZATION_MODE_PASSTHROUGH;
    std::vector<nvmlProcessInfo_t> processes;
    bool has_long_processes = false;  ///< one word more an entry, as drivers 535.43 to 535.86 write them
    unsigned char fabric_state = NVML_GPU_FABRIC_STATE_COMPLETED;
    unsigned fabric_health = 0;
    bool has_link_fields = true;  ///< NVML_FI_DEV_NVLINK_GET_*, _ERROR_DL_*
    bool are_links_up = true;
    bool has_blackwell_errors = false;  ///< other counters in the place of _ERROR_DL_*

    int calls = 0;                        ///< of all functions but nvmlErrorString
    std::map<std::string, int> calls_of;  ///< "nvmlDeviceGetName(1)" -> how often
};

extern "C" NvmlStandIn* nvml_stand_in();
