// SPDX-License-Identifier: Apache-2.0
// libnvidia-ml.so.1 for machines without a GPU. STAND_IN_IS_OLD: functions of drivers after 470 are not there.
#include "nvml_stand_in_functions.hpp"

#include <cstdio>
#include <cstring>
#include <mutex>

namespace {

NvmlStandIn stand_in;
std::mutex counting;  ///< NVML may be called from several threads, and the reader does

constexpr std::size_t mig_handle = 0x1000;

std::string uuid_of(const char* kind, std::size_t number) {
    char text[64];
    std::snprintf(text, sizeof text, "%s-00000000-0000-4000-8000-%012zx", kind, number);
    return text;
}

}  // namespace

nvmlReturn_t asked(const std::string& function) {
    const std::lock_guard lock(counting);
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

nvmlReturn_t write_text(char* text, unsigned length, const std::string& value) {
    if (value.size() >= length) return NVML_ERROR_INSUFFICIENT_SIZE;
    std::memcpy(text, value.c_str(), value.size() + 1);
    return NVML_SUCCESS;
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
    return write_text(text, length, "580.159.04");
}
nvmlReturn_t nvmlSystemGetNVMLVersion(char* text, unsigned length) {
    ASKED("nvmlSystemGetNVMLVersion");
    return write_text(text, length, "13.580.159.04");
}
nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int* version) {
    ASKED("nvmlSystemGetCudaDriverVersion_v2");
    *version = 13000;
    return NVML_SUCCESS;
}
nvmlReturn_t nvmlSystemGetProcessName(unsigned pid, char* text, unsigned length) {
    ASKED("nvmlSystemGetProcessName");
    if (pid == 1) return NVML_ERROR_NO_PERMISSION;
    return write_text(text, length, "python3");
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
    return write_text(text, length, uuid_of(index >= mig_handle ? "MIG" : "GPU", index));
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
#ifndef STAND_IN_IS_OLD
NUMBER(nvmlDeviceGetCurrentClocksEventReasons, unsigned long long, 0x5)
nvmlReturn_t nvmlDeviceGetGspFirmwareVersion(nvmlDevice_t device, char* version) {
    ASKED("nvmlDeviceGetGspFirmwareVersion", device);
    return write_text(version, NVML_GSP_FIRMWARE_VERSION_BUF_SIZE, "580.159.04");
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
#endif
}
