// SPDX-License-Identifier: Apache-2.0
// Our declarations of NVML against NVIDIA's header, where that is installed.
#include "host/read/nvml_declarations.hpp"

#include <cstddef>
#include <type_traits>

#include "support/catch.hpp"
#include "support/skip.hpp"

#if __has_include(<nvml.h>)
#include <nvml.h>

namespace {

/// Passed in the same way: pointers to things of one size, integers and enumerations of one size, structures of one
/// size.
template <class Ours, class Theirs>
constexpr bool is_alike() {
    if constexpr (std::is_pointer_v<Ours> && std::is_pointer_v<Theirs>) {
        using Our = std::remove_pointer_t<Ours>;
        using Their = std::remove_pointer_t<Theirs>;
        if constexpr (std::is_same_v<Our, struct r1cluster::nvml::nvmlDevice_st>) {
            return std::is_same_v<Their, struct nvmlDevice_st>;
        } else {
            return is_alike<Our, Their>();
        }
    } else {
        const bool is_class = std::is_class_v<Ours> || std::is_union_v<Ours>;
        const bool is_their_class = std::is_class_v<Theirs> || std::is_union_v<Theirs>;
        return sizeof(Ours) == sizeof(Theirs) && alignof(Ours) == alignof(Theirs) && is_class == is_their_class &&
               std::is_floating_point_v<Ours> == std::is_floating_point_v<Theirs> &&
               std::is_pointer_v<Ours> == std::is_pointer_v<Theirs>;
    }
}

template <class Ours, class Theirs>
struct Compared;
template <class Our, class... Ours, class Their, class... Theirs>
struct Compared<Our(Ours...), Their(Theirs...)> {
    static constexpr bool are_alike() {
        if constexpr (sizeof...(Ours) != sizeof...(Theirs)) {
            return false;
        } else {
            return is_alike<Our, Their>() && (is_alike<Ours, Theirs>() && ...);
        }
    }
};

}  // namespace

// Each name stands for the declaration in both headers.
#define SAME_FUNCTION(name) \
    static_assert(Compared<decltype(r1cluster::nvml::name), decltype(::name)>::are_alike(), #name)
#define SAME_VALUE(name) static_assert(static_cast<long long>(r1cluster::nvml::name) == static_cast<long long>(name))
#define SAME_MEMBER(type, member)                                                                          \
    static_assert(offsetof(r1cluster::nvml::type, member) == offsetof(::type, member), #type "." #member); \
    static_assert(sizeof(r1cluster::nvml::type::member) == sizeof(::type::member), #type "." #member)
#define SAME_SIZE(type) static_assert(sizeof(r1cluster::nvml::type) == sizeof(::type), #type)

SAME_VALUE(NVML_SUCCESS);
SAME_VALUE(NVML_ERROR_INVALID_ARGUMENT);
SAME_VALUE(NVML_ERROR_NOT_SUPPORTED);
SAME_VALUE(NVML_ERROR_NO_PERMISSION);
SAME_VALUE(NVML_ERROR_NOT_FOUND);
SAME_VALUE(NVML_ERROR_INSUFFICIENT_SIZE);
SAME_VALUE(NVML_ERROR_DRIVER_NOT_LOADED);
SAME_VALUE(NVML_ERROR_GPU_IS_LOST);
SAME_VALUE(NVML_ERROR_LIB_RM_VERSION_MISMATCH);
SAME_VALUE(NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
SAME_VALUE(NVML_FEATURE_DISABLED);
SAME_VALUE(NVML_FEATURE_ENABLED);
SAME_VALUE(NVML_MEMORY_ERROR_TYPE_CORRECTED);
SAME_VALUE(NVML_MEMORY_ERROR_TYPE_UNCORRECTED);
SAME_VALUE(NVML_VOLATILE_ECC);
SAME_VALUE(NVML_AGGREGATE_ECC);
SAME_VALUE(NVML_CLOCK_GRAPHICS);
SAME_VALUE(NVML_CLOCK_SM);
SAME_VALUE(NVML_CLOCK_MEM);
SAME_VALUE(NVML_TEMPERATURE_GPU);
SAME_VALUE(NVML_COMPUTEMODE_DEFAULT);
SAME_VALUE(NVML_COMPUTEMODE_PROHIBITED);
SAME_VALUE(NVML_COMPUTEMODE_EXCLUSIVE_PROCESS);
SAME_VALUE(NVML_GPU_VIRTUALIZATION_MODE_NONE);
SAME_VALUE(NVML_GPU_VIRTUALIZATION_MODE_PASSTHROUGH);
SAME_VALUE(NVML_GPU_VIRTUALIZATION_MODE_VGPU);
SAME_VALUE(NVML_NVLINK_ERROR_DL_REPLAY);
SAME_VALUE(NVML_NVLINK_ERROR_DL_RECOVERY);
SAME_VALUE(NVML_NVLINK_ERROR_DL_CRC_FLIT);
SAME_VALUE(NVML_NVLINK_ERROR_DL_CRC_DATA);
SAME_VALUE(NVML_NVLINK_DEVICE_TYPE_GPU);
SAME_VALUE(NVML_NVLINK_DEVICE_TYPE_IBMNPU);
SAME_VALUE(NVML_NVLINK_DEVICE_TYPE_SWITCH);
SAME_VALUE(NVML_NVLINK_DEVICE_TYPE_UNKNOWN);
SAME_VALUE(NVML_TOPOLOGY_INTERNAL);
SAME_VALUE(NVML_TOPOLOGY_SINGLE);
SAME_VALUE(NVML_TOPOLOGY_MULTIPLE);
SAME_VALUE(NVML_TOPOLOGY_HOSTBRIDGE);
SAME_VALUE(NVML_TOPOLOGY_NODE);
SAME_VALUE(NVML_TOPOLOGY_SYSTEM);
SAME_VALUE(NVML_P2P_CAPS_INDEX_READ);
SAME_VALUE(NVML_P2P_CAPS_INDEX_WRITE);
SAME_VALUE(NVML_P2P_CAPS_INDEX_NVLINK);
SAME_VALUE(NVML_P2P_CAPS_INDEX_ATOMICS);
SAME_VALUE(NVML_P2P_STATUS_OK);
SAME_VALUE(NVML_P2P_STATUS_NOT_SUPPORTED);
SAME_VALUE(NVML_VALUE_TYPE_DOUBLE);
SAME_VALUE(NVML_VALUE_TYPE_UNSIGNED_INT);
SAME_VALUE(NVML_VALUE_TYPE_UNSIGNED_LONG);
SAME_VALUE(NVML_VALUE_TYPE_UNSIGNED_LONG_LONG);
SAME_VALUE(NVML_VALUE_TYPE_SIGNED_LONG_LONG);
// Macros of NVIDIA's header, which hide the names of ours.
static_assert(NVML_AFFINITY_SCOPE_NODE == 0);
static_assert(NVML_GPU_FABRIC_STATE_IN_PROGRESS == 2 && NVML_GPU_FABRIC_STATE_COMPLETED == 3);
static_assert(NVML_GSP_FIRMWARE_VERSION_BUF_SIZE == 64 && NVML_FI_DEV_NVLINK_LINK_COUNT == 91);
static_assert(NVML_NVLINK_MAX_LINKS >= 18 && NVML_VALUE_NOT_AVAILABLE == -1);
static_assert(r1cluster::nvml::structure_version<r1cluster::nvml::nvmlMemory_v2_t>(2) == nvmlMemory_v2);
static_assert(r1cluster::nvml::structure_version<r1cluster::nvml::nvmlGpuFabricInfoV_t>(2) == nvmlGpuFabricInfo_v2);

SAME_SIZE(nvmlPciInfo_t);
SAME_MEMBER(nvmlPciInfo_t, busIdLegacy);
SAME_MEMBER(nvmlPciInfo_t, domain);
SAME_MEMBER(nvmlPciInfo_t, pciSubSystemId);
SAME_MEMBER(nvmlPciInfo_t, busId);
SAME_SIZE(nvmlMemory_t);
SAME_MEMBER(nvmlMemory_t, total);
SAME_MEMBER(nvmlMemory_t, free);
SAME_MEMBER(nvmlMemory_t, used);
SAME_SIZE(nvmlMemory_v2_t);
SAME_MEMBER(nvmlMemory_v2_t, version);
SAME_MEMBER(nvmlMemory_v2_t, total);
SAME_MEMBER(nvmlMemory_v2_t, reserved);
SAME_MEMBER(nvmlMemory_v2_t, free);
SAME_MEMBER(nvmlMemory_v2_t, used);
SAME_SIZE(nvmlBAR1Memory_t);
SAME_MEMBER(nvmlBAR1Memory_t, bar1Total);
SAME_MEMBER(nvmlBAR1Memory_t, bar1Free);
SAME_MEMBER(nvmlBAR1Memory_t, bar1Used);
SAME_SIZE(nvmlProcessInfo_t);
SAME_MEMBER(nvmlProcessInfo_t, pid);
SAME_MEMBER(nvmlProcessInfo_t, usedGpuMemory);
SAME_SIZE(nvmlFieldValue_t);
SAME_MEMBER(nvmlFieldValue_t, fieldId);
SAME_MEMBER(nvmlFieldValue_t, scopeId);
SAME_MEMBER(nvmlFieldValue_t, valueType);
SAME_MEMBER(nvmlFieldValue_t, nvmlReturn);
SAME_MEMBER(nvmlFieldValue_t, value);
SAME_SIZE(nvmlGpuFabricInfo_t);
SAME_MEMBER(nvmlGpuFabricInfo_t, clusterUuid);
SAME_MEMBER(nvmlGpuFabricInfo_t, status);
SAME_MEMBER(nvmlGpuFabricInfo_t, cliqueId);
SAME_MEMBER(nvmlGpuFabricInfo_t, state);
SAME_SIZE(nvmlGpuFabricInfoV_t);
SAME_MEMBER(nvmlGpuFabricInfoV_t, clusterUuid);
SAME_MEMBER(nvmlGpuFabricInfoV_t, status);
SAME_MEMBER(nvmlGpuFabricInfoV_t, cliqueId);
SAME_MEMBER(nvmlGpuFabricInfoV_t, state);
SAME_MEMBER(nvmlGpuFabricInfoV_t, healthMask);

SAME_FUNCTION(nvmlInit_v2);
SAME_FUNCTION(nvmlShutdown);
SAME_FUNCTION(nvmlErrorString);
SAME_FUNCTION(nvmlSystemGetDriverVersion);
SAME_FUNCTION(nvmlSystemGetNVMLVersion);
SAME_FUNCTION(nvmlSystemGetCudaDriverVersion_v2);
SAME_FUNCTION(nvmlSystemGetProcessName);
SAME_FUNCTION(nvmlDeviceGetCount_v2);
SAME_FUNCTION(nvmlDeviceGetHandleByIndex_v2);
SAME_FUNCTION(nvmlDeviceGetName);
SAME_FUNCTION(nvmlDeviceGetUUID);
SAME_FUNCTION(nvmlDeviceGetSerial);
SAME_FUNCTION(nvmlDeviceGetVbiosVersion);
SAME_FUNCTION(nvmlDeviceGetGspFirmwareVersion);
SAME_FUNCTION(nvmlDeviceGetPciInfo_v3);
SAME_FUNCTION(nvmlDeviceGetMinorNumber);
SAME_FUNCTION(nvmlDeviceGetCudaComputeCapability);
SAME_FUNCTION(nvmlDeviceGetCpuAffinity);
SAME_FUNCTION(nvmlDeviceGetMemoryAffinity);
SAME_FUNCTION(nvmlDeviceGetMemoryInfo);
SAME_FUNCTION(nvmlDeviceGetMemoryInfo_v2);
SAME_FUNCTION(nvmlDeviceGetBAR1MemoryInfo);
SAME_FUNCTION(nvmlDeviceGetEccMode);
SAME_FUNCTION(nvmlDeviceGetTotalEccErrors);
SAME_FUNCTION(nvmlDeviceGetRemappedRows);
SAME_FUNCTION(nvmlDeviceGetClockInfo);
SAME_FUNCTION(nvmlDeviceGetMaxClockInfo);
SAME_FUNCTION(nvmlDeviceGetCurrentClocksThrottleReasons);
SAME_FUNCTION(nvmlDeviceGetTemperature);
SAME_FUNCTION(nvmlDeviceGetPowerUsage);
SAME_FUNCTION(nvmlDeviceGetEnforcedPowerLimit);
SAME_FUNCTION(nvmlDeviceGetPowerManagementDefaultLimit);
SAME_FUNCTION(nvmlDeviceGetPersistenceMode);
SAME_FUNCTION(nvmlDeviceGetComputeMode);
SAME_FUNCTION(nvmlDeviceGetVirtualizationMode);
SAME_FUNCTION(nvmlDeviceGetCurrPcieLinkGeneration);
SAME_FUNCTION(nvmlDeviceGetCurrPcieLinkWidth);
SAME_FUNCTION(nvmlDeviceGetMaxPcieLinkGeneration);
SAME_FUNCTION(nvmlDeviceGetMaxPcieLinkWidth);
SAME_FUNCTION(nvmlDeviceGetMigMode);
SAME_FUNCTION(nvmlDeviceGetMaxMigDeviceCount);
SAME_FUNCTION(nvmlDeviceGetMigDeviceHandleByIndex);
SAME_FUNCTION(nvmlDeviceGetComputeRunningProcesses_v3);
SAME_FUNCTION(nvmlDeviceGetGraphicsRunningProcesses_v3);
SAME_FUNCTION(nvmlDeviceGetFieldValues);
SAME_FUNCTION(nvmlDeviceGetNvLinkState);
SAME_FUNCTION(nvmlDeviceGetNvLinkVersion);
SAME_FUNCTION(nvmlDeviceGetNvLinkErrorCounter);
SAME_FUNCTION(nvmlDeviceGetNvLinkRemoteDeviceType);
SAME_FUNCTION(nvmlDeviceGetNvLinkRemotePciInfo_v2);
SAME_FUNCTION(nvmlDeviceGetTopologyCommonAncestor);
SAME_FUNCTION(nvmlDeviceGetP2PStatus);
SAME_FUNCTION(nvmlDeviceGetGpuFabricInfo);
SAME_FUNCTION(nvmlDeviceGetGpuFabricInfoV);
#endif

TEST_CASE("our declarations of NVML are those of NVIDIA's header", "[host/read]") {
#if __has_include(<nvml.h>)
    SUCCEED("compared while this file was compiled");
#else
    r1cluster::skip_case("nvml.h is not installed (pip install nvidia-nvml-dev-cu12), and nothing was compared");
#endif
}
