// SPDX-License-Identifier: Apache-2.0
// NVLinks, their fabric, and pairs of GPUs.
#include <cstring>

#include "nvml_stand_in_functions.hpp"

namespace {

void set(nvmlFieldValue_t& field, unsigned long long value) {
    field.nvmlReturn = NVML_SUCCESS;
    field.valueType = NVML_VALUE_TYPE_UNSIGNED_LONG_LONG;
    field.value.ullVal = value;
}

/// 18 links at 26,562 MB/s; link 3 was replayed seven times.
void answer_field(nvmlFieldValue_t& field) {
    field.nvmlReturn = NVML_ERROR_NOT_SUPPORTED;
    if (field.fieldId == NVML_FI_DEV_NVLINK_LINK_COUNT) return set(field, 18);
    if (!nvml_stand_in()->has_link_fields) return;
    const unsigned errors = field.scopeId == 3 ? 7 : 0;
    switch (field.fieldId) {
        case 164: return set(field, 26562);
        case 165: return set(field, nvml_stand_in()->are_links_up ? 1 : 0);
        case 166: return set(field, 6);
        case 161:
        case 162:
        case 163:
            if (!nvml_stand_in()->has_blackwell_errors) set(field, field.fieldId == 161 ? errors : 0);
            return;
        case 208:
        case 214:
        case 215:
        case 219:
            if (nvml_stand_in()->has_blackwell_errors) set(field, field.fieldId == 214 ? errors : 0);
            return;
        default: return;
    }
}

template <class Info>
void answer_fabric(Info* info) {
    std::memset(info->clusterUuid, 0, sizeof info->clusterUuid);
    info->status = NVML_SUCCESS;
    info->cliqueId = 0;
    info->state = nvml_stand_in()->fabric_state;
}

}  // namespace

extern "C" {
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
nvmlReturn_t nvmlDeviceGetGpuFabricInfoV(nvmlDevice_t device, nvmlGpuFabricInfoV_t* info) {
    ASKED("nvmlDeviceGetGpuFabricInfoV", device);
    if (info->version != nvmlGpuFabricInfo_v2) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    answer_fabric(info);
    info->healthMask = nvml_stand_in()->fabric_health;
    return NVML_SUCCESS;
}
#endif
nvmlReturn_t nvmlDeviceGetGpuFabricInfo(nvmlDevice_t device, nvmlGpuFabricInfo_t* info) {
    ASKED("nvmlDeviceGetGpuFabricInfo", device);
    answer_fabric(info);
    return NVML_SUCCESS;
}
}
