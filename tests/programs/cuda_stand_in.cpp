// SPDX-License-Identifier: Apache-2.0
// libcuda.so.1 for machines without a GPU: two H200, of which the second cannot reach the first's memory.
#include "cuda_stand_in.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {
CudaStandIn stand_in;
}

extern "C" {

CudaStandIn* cuda_stand_in() { return &stand_in; }

int cuInit(unsigned) {
    ++stand_in.inits_here;
    if (stand_in.dies) std::abort();
    return stand_in.init;
}
int cuGetErrorString(int result, const char** text) {
    *text = result == 803 ? "system has unsupported display driver / cuda driver combination" : "unknown error";
    return 0;
}
int cuDriverGetVersion(int* version) {
    *version = 12080;
    return 0;
}
int cuDeviceGetCount(int* count) {
    // As the real one: what CUDA_VISIBLE_DEVICES hides is not there, and the order is that of PCI on demand alone.
    const char* order = std::getenv("CUDA_DEVICE_ORDER");
    *count = !std::getenv("CUDA_VISIBLE_DEVICES") && order && std::string(order) == "PCI_BUS_ID" ? 2 : 0;
    return 0;
}
int cuDeviceGet(int* device, int ordinal) {
    *device = 100 + ordinal;
    return 0;
}
int cuDeviceGetName(char* text, int length, int) {
    std::snprintf(text, static_cast<std::size_t>(length), "NVIDIA H200");
    return 0;
}
int cuDeviceGetPCIBusId(char* text, int length, int device) {
    std::snprintf(text, static_cast<std::size_t>(length), "0000:%02X:00.0", 0x1a + device - 100);
    return 0;
}
int cuDeviceTotalMem_v2(std::size_t* bytes, int) {
    *bytes = 150109880320;
    return 0;
}
int cuDeviceGetAttribute(int* value, int attribute, int) {
    *value = attribute == 75 ? 9 : attribute == 76 ? 0 : -1;
    return 0;
}
int cuDeviceGetUuid_v2(unsigned char* uuid, int device) {
    std::memset(uuid, 0x11, 16);
    uuid[15] = static_cast<unsigned char>(device);
    return 0;
}
int cuDeviceCanAccessPeer(int* can_access, int device, int) {
    *can_access = device == 100 ? 1 : 0;
    return 0;
}
}
