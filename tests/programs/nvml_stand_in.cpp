// SPDX-License-Identifier: Apache-2.0
// libnvidia-ml.so.1 for machines without a GPU. STAND_IN_IS_OLD: functions of drivers after 470 are not there.
#include "nvml_stand_in.hpp"

#include <cstdio>
#include <cstring>

namespace {

NvmlStandIn stand_in;

constexpr std::size_t mig_handle = 0x1000;

std::size_t index_of(nvmlDevice_t device) { return reinterpret_cast<std::size_t>(device) - 1; }
nvmlDevice_t handle_of(std::size_t index) { return reinterpret_cast<nvmlDevice_t>(index + 1); }

nvmlReturn_t asked(const std::string& function) {
    ++stand_in.calls;
    ++stand_in.calls_of[function];
    const auto refused = stand_in.refusals.find(function);
    return refused == stand_in.refusals.end() ? NVML_SUCCESS : refused->second;
}

nvmlReturn_t asked(const std::string& function, nvmlDevice_t device) {
    const std::string which = "(" + std::to_string(index_of(device)) + ")";
    const nvmlReturn_t result = asked(function + which);
    if (result != NVML_SUCCESS) return result;
    for (const std::string& key : {function, which}) {
        if (stand_in.refusals.contains(key)) return stand_in.refusals.at(key);
    }
    return NVML_SUCCESS;
}

nvmlReturn_t write(char* text, unsigned length, const std::string& value) {
    if (value.size() >= length) return NVML_ERROR_INSUFFICIENT_SIZE;
    std::memcpy(text, value.c_str(), value.size() + 1);
    return NVML_SUCCESS;
}

std::string uuid_of(const char* kind, std::size_t number) {
    char text[64];
    std::snprintf(text, sizeof text, "%s-00000000-0000-4000-8000-%012zx", kind, number);
    return text;
}

void set(nvmlFieldValue_t& field, unsigned long long value) {
    field.nvmlReturn = NVML_SUCCESS;
    field.valueType = NVML_VALUE_TYPE_UNSIGNED_LONG_LONG;
    field.value.ullVal = value;
}

/// 18 links at 26,562 MB/s; link 3 was replayed seven times.
void answer_field(nvmlFieldValue_t& field) {
    field.nvmlReturn = NVML_ERROR_NOT_SUPPORTED;
    if (field.fieldId == NVML_FI_DEV_NVLINK_LINK_COUNT) return set(field, 18);
    if (!stand_in.has_link_fields) return;
    const unsigned errors = field.scopeId == 3 ? 7 : 0;
    switch (field.fieldId) {
        case 164: return set(field, 26562);
        case 165: return set(field, 1);
        case 166: return set(field, 6);
        case 161:
        case 162:
        case 163:
            if (!stand_in.has_blackwell_errors) set(field, field.fieldId == 161 ? errors : 0);
            return;
        case 208:
        case 214:
        case 215:
        case 219:
            if (stand_in.has_blackwell_errors) set(field, field.fieldId == 214 ? errors : 0);
            return;
        default: return;
    }
}

template <class Info>
void answer_fabric(Info* info) {
    std::memset(info->clusterUuid, 0, sizeof info->clusterUuid);
    info->status = NVML_SUCCESS;
    info->cliqueId = 0;
    info->state = stand_in.fabric_state;
}

}  // namespace

#define ASKED(...) \
    if (const nvmlReturn_t refused = asked(__VA_ARGS__); refused != NVML_SUCCESS) return refused

#define TEXT(function, value)                                                 \
    nvmlReturn_t function(nvmlDevice_t device, char* text, unsigned length) { \
        ASKED(#function, device);                                             \
        return write(text, length, value);                                    \
    }
#define NUMBER(function, type, answer)                         \
    nvmlReturn_t function(nvmlDevice_t device, type* number) { \
        ASKED(#function, device);                              \
        *number = answer;                                      \
        return NVML_SUCCESS;                                   \
    }
#define NUMBER_OF(function, which_type, type, answer)                            \
    nvmlReturn_t function(nvmlDevice_t device, which_type which, type* number) { \
        ASKED(#function, device);                                                \
        *number = answer;                                                        \
        return NVML_SUCCESS;                                                     \
    }
#define MODES(function, type, answer)                                          \
    nvmlReturn_t function(nvmlDevice_t device, type* current, type* pending) { \
        ASKED(#function, device);                                              \
        *current = *pending = answer;                                          \
        return NVML_SUCCESS;                                                   \
    }

extern "C" {

NvmlStandIn* nvml_stand_in() { return &stand_in; }

nvmlReturn_t nvmlInit_v2() {
    ASKED("nvmlInit_v2");
    return stand_in.init;
}
nvmlReturn_t nvmlShutdown() { return asked("nvmlShutdown"); }

const char* nvmlErrorString(nvmlReturn_t result) {
    switch (result) {  // NVML's own words
        case NVML_SUCCESS: return "Success";
        case NVML_ERROR_INVALID_ARGUMENT: return "Invalid Argument";
        case NVML_ERROR_NOT_SUPPORTED: return "Not Supported";
        case NVML_ERROR_NO_PERMISSION: return "Insufficient Permissions";
        case NVML_ERROR_NOT_FOUND: return "Not Found";
        case NVML_ERROR_DRIVER_NOT_LOADED: return "Driver Not Loaded";
        case NVML_ERROR_GPU_IS_LOST: return "GPU is lost";
        case NVML_ERROR_LIB_RM_VERSION_MISMATCH: return "Driver/library version mismatch";
        default: return "Unknown Error";
    }
}

nvmlReturn_t nvmlSystemGetDriverVersion(char* text, unsigned length) {
    ASKED("nvmlSystemGetDriverVersion");
    return write(text, length, "580.159.04");
}
nvmlReturn_t nvmlSystemGetNVMLVersion(char* text, unsigned length) {
    ASKED("nvmlSystemGetNVMLVersion");
    return write(text, length, "13.580.159.04");
}
nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int* version) {
    ASKED("nvmlSystemGetCudaDriverVersion_v2");
    *version = 13000;
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlSystemGetProcessName(unsigned pid, char* text, unsigned length) {
    ASKED("nvmlSystemGetProcessName");
    if (pid == 1) return NVML_ERROR_NO_PERMISSION;
    return write(text, length, "python3");
}
nvmlReturn_t nvmlDeviceGetCount_v2(unsigned* count) {
    ASKED("nvmlDeviceGetCount_v2");
    *count = stand_in.gpus;
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned index, nvmlDevice_t* device) {
    ASKED("nvmlDeviceGetHandleByIndex_v2(" + std::to_string(index) + ")");
    *device = handle_of(index);
    return NVML_SUCCESS;
}

TEXT(nvmlDeviceGetName, "NVIDIA H200")
TEXT(nvmlDeviceGetSerial, "165000000000" + std::to_string(index_of(device)))
TEXT(nvmlDeviceGetVbiosVersion, "96.00.A5.00.1A")
nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char* text, unsigned length) {
    ASKED("nvmlDeviceGetUUID", device);
    const std::size_t index = index_of(device);
    return write(text, length, uuid_of(index >= mig_handle ? "MIG" : "GPU", index));
}
nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t device, nvmlPciInfo_t* info) {
    ASKED("nvmlDeviceGetPciInfo_v3", device);
    std::snprintf(info->busId, sizeof info->busId, "%08X:%02zX:00.0", stand_in.pci_domain, 0x1a + index_of(device));
    return NVML_SUCCESS;
}
NUMBER(nvmlDeviceGetMinorNumber, unsigned, static_cast<unsigned>(900 + index_of(device)))  // no such node
nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t device, int* major, int* minor) {
    ASKED("nvmlDeviceGetCudaComputeCapability", device);
    *major = 9;
    *minor = 0;
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetCpuAffinity(nvmlDevice_t device, unsigned size, unsigned long* words) {
    ASKED("nvmlDeviceGetCpuAffinity", device);
    std::memset(words, 0, size * sizeof *words);
    words[0] = 0xffffffff;
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetMemoryAffinity(nvmlDevice_t device, unsigned size, unsigned long* words, unsigned) {
    ASKED("nvmlDeviceGetMemoryAffinity", device);
    std::memset(words, 0, size * sizeof *words);
    words[0] = 1;
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t* memory) {
    ASKED("nvmlDeviceGetMemoryInfo", device);
    *memory = {150754820096, 150109880320, 644939776};
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetBAR1MemoryInfo(nvmlDevice_t device, nvmlBAR1Memory_t* memory) {
    ASKED("nvmlDeviceGetBAR1MemoryInfo", device);
    *memory = {274877906944, 274876203008, 1703936};
    return NVML_SUCCESS;
}
MODES(nvmlDeviceGetEccMode, nvmlEnableState_t, NVML_FEATURE_ENABLED)
nvmlReturn_t nvmlDeviceGetTotalEccErrors(nvmlDevice_t device, nvmlMemoryErrorType_t type, nvmlEccCounterType_t kind,
                                         unsigned long long* count) {
    ASKED("nvmlDeviceGetTotalEccErrors", device);
    *count = kind == NVML_AGGREGATE_ECC && type == NVML_MEMORY_ERROR_TYPE_CORRECTED ? 12 : 0;
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetRemappedRows(nvmlDevice_t device, unsigned* corrected, unsigned* uncorrected,
                                       unsigned* pending, unsigned* failed) {
    ASKED("nvmlDeviceGetRemappedRows", device);
    *corrected = 3;
    *uncorrected = 1;
    *pending = 1;
    *failed = 0;
    return NVML_SUCCESS;
}
NUMBER_OF(nvmlDeviceGetClockInfo, nvmlClockType_t, unsigned, which == NVML_CLOCK_SM ? 345 : 3201)
NUMBER_OF(nvmlDeviceGetMaxClockInfo, nvmlClockType_t, unsigned, which == NVML_CLOCK_SM ? 1980 : 3201)
NUMBER_OF(nvmlDeviceGetTemperature, nvmlTemperatureSensors_t, unsigned, which == NVML_TEMPERATURE_GPU ? 37 : 0)
NUMBER(nvmlDeviceGetCurrentClocksThrottleReasons, unsigned long long, 0x5)
NUMBER(nvmlDeviceGetPowerUsage, unsigned, 127060)
NUMBER(nvmlDeviceGetEnforcedPowerLimit, unsigned, 650000)
NUMBER(nvmlDeviceGetPowerManagementDefaultLimit, unsigned, 700000)
NUMBER(nvmlDeviceGetPersistenceMode, nvmlEnableState_t, NVML_FEATURE_ENABLED)
NUMBER(nvmlDeviceGetComputeMode, nvmlComputeMode_t, NVML_COMPUTEMODE_EXCLUSIVE_PROCESS)
NUMBER(nvmlDeviceGetVirtualizationMode, nvmlGpuVirtualizationMode_t, stand_in.virtualization)
NUMBER(nvmlDeviceGetCurrPcieLinkGeneration, unsigned, 1)
NUMBER(nvmlDeviceGetCurrPcieLinkWidth, unsigned, 8)
NUMBER(nvmlDeviceGetMaxPcieLinkGeneration, unsigned, 5)
NUMBER(nvmlDeviceGetMaxPcieLinkWidth, unsigned, 16)
MODES(nvmlDeviceGetMigMode, unsigned, stand_in.is_mig ? 1 : 0)
NUMBER(nvmlDeviceGetMaxMigDeviceCount, unsigned, 7)
nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t device, unsigned index, nvmlDevice_t* mig) {
    ASKED("nvmlDeviceGetMigDeviceHandleByIndex", device);
    if (index != 0 && index != 2) return NVML_ERROR_NOT_FOUND;
    *mig = handle_of(mig_handle + 16 * index_of(device) + index);
    return NVML_SUCCESS;
}
NUMBER_OF(nvmlDeviceGetNvLinkState, unsigned, nvmlEnableState_t, NVML_FEATURE_ENABLED)
NUMBER_OF(nvmlDeviceGetNvLinkVersion, unsigned, unsigned, 5)
NUMBER_OF(nvmlDeviceGetNvLinkRemoteDeviceType, unsigned, nvmlIntNvLinkDeviceType_t, NVML_NVLINK_DEVICE_TYPE_SWITCH)
nvmlReturn_t nvmlDeviceGetNvLinkErrorCounter(nvmlDevice_t device, unsigned, nvmlNvLinkErrorCounter_t counter,
                                             unsigned long long* count) {
    ASKED("nvmlDeviceGetNvLinkErrorCounter", device);
    *count = counter == NVML_NVLINK_ERROR_DL_CRC_FLIT ? 5 : 0;
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetNvLinkRemotePciInfo_v2(nvmlDevice_t device, unsigned, nvmlPciInfo_t* info) {
    ASKED("nvmlDeviceGetNvLinkRemotePciInfo_v2", device);
    std::strcpy(info->busId, "FFFFFFFF:FF:FF.0");
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t device, int count, nvmlFieldValue_t* values) {
    ASKED("nvmlDeviceGetFieldValues", device);
    for (int i = 0; i < count; ++i) answer_field(values[i]);
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetTopologyCommonAncestor(nvmlDevice_t device, nvmlDevice_t, nvmlGpuTopologyLevel_t* level) {
    ASKED("nvmlDeviceGetTopologyCommonAncestor", device);
    *level = NVML_TOPOLOGY_HOSTBRIDGE;
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetP2PStatus(nvmlDevice_t device, nvmlDevice_t, nvmlGpuP2PCapsIndex_t index,
                                    nvmlGpuP2PStatus_t* status) {
    ASKED("nvmlDeviceGetP2PStatus", device);
    *status = index == NVML_P2P_CAPS_INDEX_ATOMICS ? NVML_P2P_STATUS_NOT_SUPPORTED : NVML_P2P_STATUS_OK;
    return NVML_SUCCESS;
}

#ifndef STAND_IN_IS_OLD
NUMBER(nvmlDeviceGetCurrentClocksEventReasons, unsigned long long, 0x5)
nvmlReturn_t nvmlDeviceGetGspFirmwareVersion(nvmlDevice_t device, char* version) {
    ASKED("nvmlDeviceGetGspFirmwareVersion", device);
    return write(version, NVML_GSP_FIRMWARE_VERSION_BUF_SIZE, "580.159.04");
}
nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t device, nvmlMemory_v2_t* memory) {
    ASKED("nvmlDeviceGetMemoryInfo_v2", device);
    if (memory->version != nvmlMemory_v2) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    *memory = {nvmlMemory_v2, 150754820096, 644939776, 150109880320, 0};
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t device, unsigned* count, nvmlProcessInfo_t* list) {
    ASKED("nvmlDeviceGetComputeRunningProcesses_v3", device);
    const bool is_enough = *count >= stand_in.processes.size();
    *count = static_cast<unsigned>(stand_in.processes.size());
    if (!is_enough) return NVML_ERROR_INSUFFICIENT_SIZE;
    auto* at = reinterpret_cast<char*>(list);
    for (const nvmlProcessInfo_t& process : stand_in.processes) {
        std::memcpy(at, &process, sizeof process);
        at += sizeof process;
        if (stand_in.has_long_processes) std::memset(at, 0, 8), at += 8;
    }
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetGraphicsRunningProcesses_v3(nvmlDevice_t device, unsigned* count, nvmlProcessInfo_t*) {
    ASKED("nvmlDeviceGetGraphicsRunningProcesses_v3", device);
    *count = 0;
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlDeviceGetGpuFabricInfoV(nvmlDevice_t device, nvmlGpuFabricInfoV_t* info) {
    ASKED("nvmlDeviceGetGpuFabricInfoV", device);
    if (info->version != nvmlGpuFabricInfo_v2) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    answer_fabric(info);
    info->healthMask = stand_in.fabric_health;
    return NVML_SUCCESS;
}
#endif
nvmlReturn_t nvmlDeviceGetGpuFabricInfo(nvmlDevice_t device, nvmlGpuFabricInfo_t* info) {
    ASKED("nvmlDeviceGetGpuFabricInfo", device);
    answer_fabric(info);
    return NVML_SUCCESS;
}
}
