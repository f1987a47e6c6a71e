// SPDX-License-Identifier: Apache-2.0
#include "host/read/sources.hpp"

#ifdef R1CLUSTER_HAS_NVML

#include <dlfcn.h>
#include <fmt/format.h>
#include <nvml.h>

#include <algorithm>
#include <array>

#include "host/read/files.hpp"

namespace r1cluster::detail {
namespace {

constexpr unsigned max_gpus = 64;

/// libnvidia-ml.so.1, opened for as long as this lives. The driver installs it; it is never linked.
class Nvml {
public:
    Nvml() : library_(dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL)) {
        if (!library_) throw Error(ErrorKind::unavailable, "NVML", "libnvidia-ml.so.1 not found");
        try {
            check(function<decltype(&nvmlInit_v2)>("nvmlInit_v2")());
        } catch (...) {
            dlclose(library_);
            throw;
        }
    }
    ~Nvml() {
        if (auto* shutdown = dlsym(library_, "nvmlShutdown")) reinterpret_cast<decltype(&nvmlShutdown)>(shutdown)();
        dlclose(library_);
    }
    Nvml(const Nvml&) = delete;
    Nvml& operator=(const Nvml&) = delete;

    template <class Function>
    Function function(const char* name) const {
        void* found = dlsym(library_, name);
        if (!found) throw Error(ErrorKind::unavailable, name, fmt::format("this driver's NVML has no {}", name));
        return reinterpret_cast<Function>(found);
    }

    void check(nvmlReturn_t result) const {
        if (result == NVML_SUCCESS) return;
        void* found = dlsym(library_, "nvmlErrorString");
        const char* text = found ? reinterpret_cast<decltype(&nvmlErrorString)>(found)(result) : nullptr;
        throw Error(ErrorKind::system, "NVML", text ? text : fmt::format("NVML error {}", static_cast<int>(result)));
    }

private:
    void* library_;
};

/// Asks one function by its name, of which the call in the readings consists too.
#define R1CLUSTER_NVML(nvml, name, ...) (nvml).check((nvml).function<decltype(&name)>(#name)(__VA_ARGS__))

using Text = std::array<char, 128>;

std::string pci_folder(const std::string& bus_id) {
    // NVML writes "00000000:18:00.0", sysfs "0000:18:00.0".
    std::string address = bus_id.size() == 16 && bus_id.starts_with("0000") ? bus_id.substr(4) : bus_id;
    std::transform(address.begin(), address.end(), address.begin(), [](unsigned char c) { return std::tolower(c); });
    return "/sys/bus/pci/devices/" + address;
}

void read_driver(const Nvml& nvml, Readings& readings) {
    readings.calls["nvmlSystemGetDriverVersion()"] = answer([&] {
        Text version{};
        R1CLUSTER_NVML(nvml, nvmlSystemGetDriverVersion, version.data(), version.size());
        return std::string(version.data());
    });
    readings.calls["nvmlSystemGetCudaDriverVersion_v2()"] = answer([&] {
        int version = 0;
        R1CLUSTER_NVML(nvml, nvmlSystemGetCudaDriverVersion_v2, &version);
        return std::to_string(version);
    });
}

void read_identity(const Nvml& nvml, nvmlDevice_t gpu, const std::string& arguments, Readings& readings) {
    readings.calls["nvmlDeviceGetName" + arguments] = answer([&] {
        Text name{};
        R1CLUSTER_NVML(nvml, nvmlDeviceGetName, gpu, name.data(), name.size());
        return std::string(name.data());
    });
    readings.calls["nvmlDeviceGetUUID" + arguments] = answer([&] {
        Text uuid{};
        R1CLUSTER_NVML(nvml, nvmlDeviceGetUUID, gpu, uuid.data(), uuid.size());
        return std::string(uuid.data());
    });
    const Answer bus_id = readings.calls["nvmlDeviceGetPciInfo_v3" + arguments] = answer([&] {
        nvmlPciInfo_t info{};
        R1CLUSTER_NVML(nvml, nvmlDeviceGetPciInfo_v3, gpu, &info);
        return std::string(info.busId);
    });
    if (!bus_id.text) return;
    const std::string numa_node = pci_folder(*bus_id.text) + "/numa_node";
    readings.files[numa_node] = file_answer(numa_node);
}

void read_abilities(const Nvml& nvml, nvmlDevice_t gpu, const std::string& arguments, Readings& readings) {
    readings.calls["nvmlDeviceGetMemoryInfo_v2" + arguments] = answer([&] {
        nvmlMemory_v2_t memory{};
        memory.version = nvmlMemory_v2;
        R1CLUSTER_NVML(nvml, nvmlDeviceGetMemoryInfo_v2, gpu, &memory);
        return calls::to_text(calls::NvmlMemory{memory.total, memory.free, memory.used});
    });
    if (!readings.calls["nvmlDeviceGetMemoryInfo_v2" + arguments].text) {
        readings.calls["nvmlDeviceGetMemoryInfo" + arguments] = answer([&] {
            nvmlMemory_t memory{};
            R1CLUSTER_NVML(nvml, nvmlDeviceGetMemoryInfo, gpu, &memory);
            return calls::to_text(calls::NvmlMemory{memory.total, memory.free, memory.used});
        });
    }
    readings.calls["nvmlDeviceGetCudaComputeCapability" + arguments] = answer([&] {
        calls::NvmlComputeCapability capability;
        R1CLUSTER_NVML(nvml, nvmlDeviceGetCudaComputeCapability, gpu, &capability.major, &capability.minor);
        return calls::to_text(capability);
    });
    readings.calls["nvmlDeviceGetMigMode" + arguments] = answer([&] {
        unsigned current = 0, pending = 0;
        R1CLUSTER_NVML(nvml, nvmlDeviceGetMigMode, gpu, &current, &pending);
        return calls::to_text(calls::NvmlMigMode{static_cast<int>(current), static_cast<int>(pending)});
    });
    readings.calls["nvmlDeviceGetPersistenceMode" + arguments] = answer([&] {
        nvmlEnableState_t mode{};
        R1CLUSTER_NVML(nvml, nvmlDeviceGetPersistenceMode, gpu, &mode);
        return std::to_string(static_cast<int>(mode));
    });
}

/// Until the first link that the GPU does not have.
void read_nvlinks(const Nvml& nvml, nvmlDevice_t gpu, unsigned index, Readings& readings) {
    for (unsigned link = 0; link < NVML_NVLINK_MAX_LINKS; ++link) {
        const std::string call = fmt::format("nvmlDeviceGetNvLinkState({}, {})", index, link);
        readings.calls[call] = answer([&] {
            nvmlEnableState_t state{};
            R1CLUSTER_NVML(nvml, nvmlDeviceGetNvLinkState, gpu, link, &state);
            return std::to_string(static_cast<int>(state));
        });
        if (!readings.calls[call].text) return;
    }
}

void read_pair(const Nvml& nvml, const std::vector<nvmlDevice_t>& gpus, std::size_t a, std::size_t b,
               Readings& readings) {
    readings.calls[fmt::format("nvmlDeviceGetTopologyCommonAncestor({}, {})", a, b)] = answer([&] {
        nvmlGpuTopologyLevel_t level{};
        R1CLUSTER_NVML(nvml, nvmlDeviceGetTopologyCommonAncestor, gpus[a], gpus[b], &level);
        return std::to_string(static_cast<int>(level));
    });
    readings.calls[fmt::format("nvmlDeviceGetP2PStatus({}, {}, NVML_P2P_CAPS_INDEX_NVLINK)", a, b)] = answer([&] {
        nvmlGpuP2PStatus_t status{};
        R1CLUSTER_NVML(nvml, nvmlDeviceGetP2PStatus, gpus[a], gpus[b], NVML_P2P_CAPS_INDEX_NVLINK, &status);
        return std::to_string(static_cast<int>(status));
    });
}

void read_gpus(const Nvml& nvml, Readings& readings) {
    unsigned count = 0;
    readings.calls["nvmlDeviceGetCount_v2()"] = answer([&] {
        R1CLUSTER_NVML(nvml, nvmlDeviceGetCount_v2, &count);
        return std::to_string(count);
    });
    std::vector<nvmlDevice_t> gpus(std::min(count, max_gpus), nullptr);
    for (unsigned index = 0; index < gpus.size(); ++index) {
        const std::string arguments = fmt::format("({})", index);
        const Answer handle = readings.calls["nvmlDeviceGetHandleByIndex_v2" + arguments] =
            answer([&]() -> std::string {
                R1CLUSTER_NVML(nvml, nvmlDeviceGetHandleByIndex_v2, index, &gpus[index]);
                return "a handle";
            });
        if (!handle.text) continue;
        read_identity(nvml, gpus[index], arguments, readings);
        read_abilities(nvml, gpus[index], arguments, readings);
        read_nvlinks(nvml, gpus[index], index, readings);
    }
    for (std::size_t a = 0; a < gpus.size(); ++a) {
        for (std::size_t b = a + 1; b < gpus.size(); ++b) {
            if (gpus[a] && gpus[b]) read_pair(nvml, gpus, a, b, readings);
        }
    }
}

}  // namespace

void read_nvml(Readings& readings) {
    readings.calls["nvmlInit_v2()"] = answer([&]() -> std::string {
        const Nvml nvml;
        read_driver(nvml, readings);
        read_gpus(nvml, readings);
        return "0";
    });
}

}  // namespace r1cluster::detail

#else

void r1cluster::detail::read_nvml(Readings& readings) {
    readings.calls["nvmlInit_v2()"] = {std::nullopt, "built without nvml.h"};
}

#endif
