// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The JSON of those calls about GPUs that answer more than one value, as readings/calls.hpp is for the others. N is
/// the index that NVML gives a GPU. Numbers are the library's own; facts/ knows what they mean.

#include <map>

#include "readings/calls.hpp"

namespace r1cluster::calls {

/// "nvmlDeviceGetMemoryInfo_v2(N)", and without _v2 from drivers before 510, which count what the driver reserves as
/// used. Null: not told apart.
struct NvmlMemory {
    std::uint64_t total = 0, free = 0, used = 0;
    std::optional<std::uint64_t> reserved;
};
BOOST_DESCRIBE_STRUCT(NvmlMemory, (), (total, free, used, reserved))

/// "nvmlDeviceGetCudaComputeCapability(N)"
struct NvmlComputeCapability {
    int major = 0, minor = 0;
};
BOOST_DESCRIBE_STRUCT(NvmlComputeCapability, (), (major, minor))

/// "nvmlDeviceGetMigMode(N)", "nvmlDeviceGetEccMode(N)"; pending is what it will be after a reset
struct NvmlMode {
    int current = 0, pending = 0;
};
BOOST_DESCRIBE_STRUCT(NvmlMode, (), (current, pending))

/// "nvmlDeviceGetRemappedRows(N)"
struct NvmlRemappedRows {
    int corrected = 0, uncorrected = 0, pending = 0, failed = 0;
};
BOOST_DESCRIBE_STRUCT(NvmlRemappedRows, (), (corrected, uncorrected, pending, failed))

/// One of "nvmlDeviceGetComputeRunningProcesses_v3(N)" and "nvmlDeviceGetGraphicsRunningProcesses_v3(N)"; null where
/// NVML writes NVML_VALUE_NOT_AVAILABLE
struct NvmlProcess {
    int pid = 0;
    std::optional<std::uint64_t> memory;
};
BOOST_DESCRIBE_STRUCT(NvmlProcess, (), (pid, memory))

/// "nvmlDeviceGetGpuFabricInfoV(N)", and without V from drivers before 545, which know no health mask
struct NvmlFabric {
    int state = 0, status = 0;
    std::string status_text;   ///< nvmlErrorString(status)
    std::string cluster_uuid;  ///< of 16 bytes
    std::uint32_t clique_id = 0;
    std::optional<std::uint32_t> health_mask;
};
BOOST_DESCRIBE_STRUCT(NvmlFabric, (), (state, status, status_text, cluster_uuid, clique_id, health_mask))

/// "nvmlDeviceGetFieldValues(N)": name of the field without "NVML_FI_DEV_" -> its value for each scope from 0 on, which
/// is the link for fields of NVLink: "1 1 - 1", with "-" where NVML refused. `because` has its first reason for each
/// field. The answers for all links of one function, "nvmlDeviceGetNvLinkRemotePciInfo_v2(N, *)", are such words too.
/// A hundred JSON numbers a GPU would be most of the time that it takes to interpret a host.
struct NvmlFieldValues {
    std::map<std::string, std::string> values;
    std::map<std::string, std::string> because;
};
BOOST_DESCRIBE_STRUCT(NvmlFieldValues, (), (values, because))

}  // namespace r1cluster::calls
