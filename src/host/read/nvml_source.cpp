// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <future>

#include "host/read/nvml_library.hpp"
#include "host/read/sources.hpp"

namespace r1cluster::detail {
namespace {

constexpr unsigned max_nvml_gpus = 64;

void read_driver(const Nvml& nvml, Readings& readings) {
    using Version = NvmlFunction<nvmlReturn_t(char*, unsigned)>;
    for (const Version& function :
         {R1CLUSTER_NVML(nvmlSystemGetDriverVersion), R1CLUSTER_NVML(nvmlSystemGetNVMLVersion)}) {
        readings.calls[std::string(function.name) + "()"] = answer([&] {
            std::array<char, 128> version{};
            nvml.check(nvml.call(function, version.data(), static_cast<unsigned>(version.size())));
            return std::string(version.data());
        });
    }
    readings.calls["nvmlSystemGetCudaDriverVersion_v2()"] = answer([&] {
        int version = 0;
        nvml.check(nvml.call(R1CLUSTER_NVML(nvmlSystemGetCudaDriverVersion_v2), &version));
        return std::to_string(version);
    });
}

/// All of one GPU, in readings of its own: GPUs do not wait for each other's answers.
Readings read_gpu(const Nvml& nvml, nvmlDevice_t handle, unsigned index) {
    Readings part;
    NvmlGpu gpu(nvml, handle, index, part);
    read_identity(gpu);
    read_state(gpu);
    read_mig_devices(gpu);
    read_nvlinks(gpu);
    read_processes(gpu);
    return part;
}

/// One direction: the driver answers for the set of both GPUs (p2pGetCaps of NVIDIA/open-gpu-kernel-modules takes a
/// mask of GPUs), so the other direction says the same.
void read_pair(const Nvml& nvml, const std::vector<nvmlDevice_t>& gpus, std::size_t a, std::size_t b,
               Readings& readings) {
    readings.calls[fmt::format("nvmlDeviceGetTopologyCommonAncestor({}, {})", a, b)] = answer([&] {
        nvmlGpuTopologyLevel_t level{};
        nvml.check(nvml.call(R1CLUSTER_NVML(nvmlDeviceGetTopologyCommonAncestor), gpus[a], gpus[b], &level));
        return number_text(level);
    });
    for (const auto& [index, name] :
         {std::pair{NVML_P2P_CAPS_INDEX_READ, "READ"}, std::pair{NVML_P2P_CAPS_INDEX_WRITE, "WRITE"},
          std::pair{NVML_P2P_CAPS_INDEX_NVLINK, "NVLINK"}, std::pair{NVML_P2P_CAPS_INDEX_ATOMICS, "ATOMICS"}}) {
        readings.calls[fmt::format("nvmlDeviceGetP2PStatus({}, {}, NVML_P2P_CAPS_INDEX_{})", a, b, name)] =
            answer([&, which = index] {
                nvmlGpuP2PStatus_t status{};
                nvml.check(nvml.call(R1CLUSTER_NVML(nvmlDeviceGetP2PStatus), gpus[a], gpus[b], which, &status));
                return number_text(status);
            });
    }
}

void read_all_gpus(const Nvml& nvml, Readings& readings) {
    unsigned count = 0;
    readings.calls["nvmlDeviceGetCount_v2()"] = answer([&] {
        nvml.check(nvml.call(R1CLUSTER_NVML(nvmlDeviceGetCount_v2), &count));
        return std::to_string(count);
    });
    std::vector<nvmlDevice_t> gpus(std::min(count, max_nvml_gpus), nullptr);
    // A call takes the driver a millisecond or more, mostly waiting for the GPU: they do not wait for each other.
    std::vector<std::future<Readings>> parts(gpus.size());
    for (unsigned index = 0; index < gpus.size(); ++index) {
        const Answer handle = readings.calls[fmt::format("nvmlDeviceGetHandleByIndex_v2({})", index)] =
            answer([&]() -> std::string {
                nvml.check(nvml.call(R1CLUSTER_NVML(nvmlDeviceGetHandleByIndex_v2), index, &gpus[index]));
                return "a handle";
            });
        if (!handle.text) {
            gpus[index] = nullptr;
            continue;
        }
        parts[index] = std::async(std::launch::async,
                                  [&nvml, handle = gpus[index], index] { return read_gpu(nvml, handle, index); });
    }
    for (unsigned index = 0; index < gpus.size(); ++index) {
        if (!parts[index].valid()) continue;
        Readings part = parts[index].get();
        // Its pairs would only wait for it.
        if (!part.calls.at(fmt::format("nvmlDeviceGetPciInfo_v3({})", index)).text) gpus[index] = nullptr;
        readings.calls.merge(part.calls);
    }
    for (std::size_t a = 0; a < gpus.size(); ++a) {
        for (std::size_t b = a + 1; b < gpus.size(); ++b) {
            if (gpus[a] && gpus[b]) read_pair(nvml, gpus, a, b, readings);
        }
    }
}

}  // namespace

void read_nvml(const std::string& library, Readings& readings) {
    readings.calls["nvmlInit_v2()"] = answer([&]() -> std::string {
        const Nvml nvml(library);
        read_driver(nvml, readings);
        read_all_gpus(nvml, readings);
        return "0";
    });
}

}  // namespace r1cluster::detail
