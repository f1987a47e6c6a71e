// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "facts/said.hpp"

namespace r1cluster::detail {
namespace {

constexpr int max_gpus = 64;
constexpr int max_nvlinks = 64;
constexpr auto nvml_missing = "install the NVIDIA driver, or run the container with --gpus all";

/// "00000000:18:00.0" as NVML writes it -> "0000:18:00.0" as sysfs does.
std::string pci_address(std::string bus_id) {
    if (bus_id.size() == 16 && bus_id.starts_with("0000")) bus_id.erase(0, 4);
    std::transform(bus_id.begin(), bus_id.end(), bus_id.begin(), [](unsigned char c) { return std::tolower(c); });
    return bus_id;
}

/// 13000 -> "13.0" (1000 * major + 10 * minor)
std::string cuda_version(const std::string& number) {
    const auto value = number_of<int>(number);
    return value && *value > 0 ? fmt::format("{}.{}", *value / 1000, *value % 1000 / 10) : "";
}

/// NVML's nvmlGpuTopologyLevel_t.
std::string path_of(const std::string& ancestor) {
    if (ancestor == "0" || ancestor == "10") return "PIX";  // one board, or one PCIe switch
    if (ancestor == "20") return "PXB";
    if (ancestor == "30") return "PHB";
    if (ancestor == "40") return "NODE";
    if (ancestor == "50") return "SYS";
    return "";
}

/// The text of a call about one GPU, or a gap.
std::string about(Said& said, int index, const std::string& function, const std::string& what) {
    const std::string call = fmt::format("{}({})", function, index);
    const auto text = said.call(call);
    if (!text) said.gap(fmt::format("{} of GPU {}", what, index), said.why_no_call(call));
    return text.value_or("");
}

void interpret_gpu_memory(Said& said, Gpu& gpu) {
    const std::string subject = fmt::format("memory of GPU {}", gpu.nvml_index);
    for (const char* function : {"nvmlDeviceGetMemoryInfo_v2", "nvmlDeviceGetMemoryInfo"}) {
        if (const auto memory =
                said.shaped<calls::NvmlMemory>(fmt::format("{}({})", function, gpu.nvml_index), subject)) {
            gpu.memory_bytes = memory->total;
            gpu.memory_free_bytes = memory->free;
            return;
        }
    }
    said.gap(subject, said.why_no_call(fmt::format("nvmlDeviceGetMemoryInfo_v2({})", gpu.nvml_index)));
}

Gpu gpu_of(Said& said, int index) {
    Gpu gpu;
    gpu.nvml_index = index;
    gpu.name = about(said, index, "nvmlDeviceGetName", "name");
    gpu.uuid = about(said, index, "nvmlDeviceGetUUID", "UUID");
    gpu.pci_address = pci_address(about(said, index, "nvmlDeviceGetPciInfo_v3", "PCI address"));
    interpret_gpu_memory(said, gpu);
    const std::string capability = fmt::format("nvmlDeviceGetCudaComputeCapability({})", index);
    const std::string subject = fmt::format("compute capability of GPU {}", index);
    if (const auto found = said.shaped<calls::NvmlComputeCapability>(capability, subject)) {
        gpu.compute_capability = fmt::format("{}.{}", found->major, found->minor);
    } else if (!said.call(capability)) {
        said.gap(subject, said.why_no_call(capability));
    }
    if (const auto mig = said.shaped<calls::NvmlMigMode>(fmt::format("nvmlDeviceGetMigMode({})", index),
                                                         fmt::format("MIG mode of GPU {}", index))) {
        gpu.is_mig_enabled = mig->current != 0;
    }
    const auto node = number_of<int>(said.file("/sys/bus/pci/devices/" + gpu.pci_address + "/numa_node").value_or(""));
    if (node && *node >= 0) gpu.numa_node = node;  // -1: the firmware does not say, as in many VMs
    for (int link = 0; link < max_nvlinks; ++link) {
        const auto state = said.call(fmt::format("nvmlDeviceGetNvLinkState({}, {})", index, link));
        if (!state) break;
        NvLink& found = gpu.nvlinks.emplace_back();
        found.index = link;
        found.is_active = *state == "1";
    }
    return gpu;
}

void interpret_peers(Said& said) {
    std::vector<Gpu>& gpus = said.machine().gpus;
    for (std::size_t a = 0; a < gpus.size(); ++a) {
        for (std::size_t b = a + 1; b < gpus.size(); ++b) {
            const std::string pair = fmt::format("{}, {}", gpus[a].nvml_index, gpus[b].nvml_index);
            GpuPeer peer;
            peer.gpu = gpus[b].nvml_index;
            peer.ancestor = path_of(said.call("nvmlDeviceGetTopologyCommonAncestor(" + pair + ")").value_or(""));
            const auto nvlink = said.call("nvmlDeviceGetP2PStatus(" + pair + ", NVML_P2P_CAPS_INDEX_NVLINK)");
            if (nvlink == "0") peer.nvlink = "ok";
            gpus[a].peers.push_back(peer);
        }
    }
}

}  // namespace

void interpret_gpus(Said& said) {
    Machine& machine = said.machine();
    if (!said.call("nvmlInit_v2()")) {
        said.gap("gpus", said.why_no_call("nvmlInit_v2()"), nvml_missing);
        return;
    }
    machine.gpu_driver_version = said.call("nvmlSystemGetDriverVersion()").value_or("");
    if (machine.gpu_driver_version.empty())
        said.gap("GPU driver version", said.why_no_call("nvmlSystemGetDriverVersion()"));
    machine.cuda_driver_version = cuda_version(said.call("nvmlSystemGetCudaDriverVersion_v2()").value_or(""));
    if (machine.cuda_driver_version.empty()) {
        said.gap("CUDA driver version", said.why_no_call("nvmlSystemGetCudaDriverVersion_v2()"));
    }
    const auto count = number_of<int>(said.call("nvmlDeviceGetCount_v2()").value_or(""));
    if (!count || *count < 0) said.gap("gpus", said.why_no_call("nvmlDeviceGetCount_v2()"), "nvidia-smi");
    for (int index = 0; index < std::min(count.value_or(0), max_gpus); ++index) {
        const std::string handle = fmt::format("nvmlDeviceGetHandleByIndex_v2({})", index);
        const auto found = said.readings().calls.find(handle);
        if (found != said.readings().calls.end() && !found->second.text) {
            said.gap(fmt::format("GPU {}", index), found->second.because, "nvidia-smi; dmesg | grep Xid");
        } else {
            machine.gpus.push_back(gpu_of(said, index));
        }
    }
    if (count.value_or(0) > max_gpus) said.gap("gpus", fmt::format("{} GPUs, of which {} are read", *count, max_gpus));
    interpret_peers(said);
}

}  // namespace r1cluster::detail
