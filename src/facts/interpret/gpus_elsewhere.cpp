// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "facts/gpu_words.hpp"
#include "facts/interpret/gpus.hpp"
#include "readings/pci_names.hpp"

namespace r1cluster::detail {
namespace {

constexpr auto driver_folder = "/proc/driver/nvidia/gpus";
constexpr auto ask_nvml = "make NVML work (nvidia-smi), then read again";

/// Attribute of "cuDeviceGetAttribute(0, CU_DEVICE_ATTRIBUTE_...)".
std::string capability_part(const HostAnswers& answers, int index, const char* part) {
    return answers.call(fmt::format("cuDeviceGetAttribute({}, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_{})", index, part))
        .value_or("");
}

/// "GPU Firmware: 	 580.159.04" for the key "GPU Firmware:"; "N/A" counts as nothing.
std::string value_of(const std::string& information, std::string_view key) {
    for (const std::string& line : lines_of(information)) {
        if (!line.starts_with(key)) continue;
        const std::size_t begin = line.find_first_not_of(" \t", key.size());
        const std::string value = begin == std::string::npos ? "" : line.substr(begin);
        return value == "N/A" ? "" : value;
    }
    return "";
}

/// "580.95.05" of "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build": the first word
/// of digits and dots. NVML, which names the version otherwise, refuses where its own differs.
std::string loaded_version(const std::string& text) {
    for (const std::string& word : words_of(text)) {
        const bool is_version = word.find_first_not_of("0123456789.") == std::string::npos;
        if (is_version && word.find('.') != std::string::npos) return word;
    }
    return "";
}

void gap_of(HostAnswers& answers, const Gpu& gpu, std::string_view key, std::string_view what, const Reason& because) {
    answers.gap(gpu_topic(gpu.nvml_index, key, what), because, ask_nvml);
}

}  // namespace

bool interpret_cuda(HostAnswers& answers) {
    Machine& machine = answers.machine();
    if (machine.cuda_driver_version.empty()) {
        const auto version = number_of<int>(answers.call("cuDriverGetVersion()").value_or(""));
        if (version && *version > 0) {
            machine.cuda_driver_version = fmt::format("{}.{}", *version / 1000, *version % 1000 / 10);
        }
    }
    const int count = number_of<int>(answers.call("cuDeviceGetCount()").value_or("")).value_or(0);
    for (int index = 0; index < std::min(count, max_gpus); ++index) {
        const auto text = [&](const char* function) {
            return answers.call(fmt::format("{}({})", function, index)).value_or("");
        };
        Gpu& gpu = machine.gpus.emplace_back();
        gpu.nvml_index = index;  // the driver was asked in NVML's order, that of PCI addresses
        gpu.name = text("cuDeviceGetName");
        gpu.uuid = text("cuDeviceGetUuid_v2");
        gpu.pci_address = sysfs_pci_address(text("cuDeviceGetPCIBusId"));
        // Less than NVML's total: without what the driver keeps for itself.
        const auto memory = number_of<std::uint64_t>(text("cuDeviceTotalMem_v2"));
        gpu.memory_bytes = memory;
        if (!memory)
            gap_of(answers, gpu, "memory", "memory",
                   answers.why_no_call(fmt::format("cuDeviceTotalMem_v2({})", index)));
        const std::string major = capability_part(answers, index, "MAJOR"),
                          minor = capability_part(answers, index, "MINOR");
        if (number_of<int>(major) && number_of<int>(minor)) gpu.compute_capability = major + "." + minor;
        if (gpu.compute_capability.empty())
            gap_of(answers, gpu, "compute_capability", "compute capability", "the CUDA driver does not say");
        const auto node =
            number_of<int>(answers.file("/sys/bus/pci/devices/" + gpu.pci_address + "/numa_node").value_or(""));
        if (node && *node >= 0) gpu.numa_node = node;
        for (int other = index + 1; other < std::min(count, max_gpus); ++other) {
            // Both ways: one alone is not what peers are.
            const auto there = answers.call(fmt::format("cuDeviceCanAccessPeer({}, {})", index, other));
            const auto back = answers.call(fmt::format("cuDeviceCanAccessPeer({}, {})", other, index));
            GpuPeer& peer = gpu.peers.emplace_back();
            peer.gpu = other;
            if (there && back)
                peer.read = peer.write = *there == "1" && *back == "1" ? PeerAccess::ok : PeerAccess::not_supported;
        }
    }
    return count > 0;
}

bool interpret_driver_files(HostAnswers& answers) {
    Machine& machine = answers.machine();
    if (machine.gpu_driver_version.empty()) {
        machine.gpu_driver_version = loaded_version(answers.file("/proc/driver/nvidia/version").value_or(""));
    }
    for (const std::string& address : answers.names(driver_folder)) {
        if (machine.gpus.size() >= max_gpus) break;
        const std::string path = fmt::format("{}/{}/information", driver_folder, address);
        const std::string information = answers.file(path).value_or("");
        Gpu& gpu = machine.gpus.emplace_back();
        gpu.nvml_index = static_cast<int>(machine.gpus.size()) - 1;  // NVML orders by address too
        gpu.pci_address = address;
        gpu.name = value_of(information, "Model:");
        // "GPU-????????-...": nobody has used the GPU yet.
        const std::string uuid = value_of(information, "GPU UUID:");
        if (uuid.find('?') == std::string::npos) gpu.uuid = uuid;
        gpu.vbios_version = value_of(information, "Video BIOS:");
        if (gpu.vbios_version.find('?') != std::string::npos) gpu.vbios_version.clear();
        gpu.firmware_version = value_of(information, "GPU Firmware:");
        gpu.minor_number = number_of<int>(value_of(information, "Device Minor:"));
        const std::string because = std::string(driver_folder) + " does not say";
        gap_of(answers, gpu, "memory", "memory", because);
        gap_of(answers, gpu, "compute_capability", "compute capability", because);
    }
    return !machine.gpus.empty();
}

std::set<std::string> gpus_of_kernel(const HostAnswers& answers) {
    std::set<std::string> addresses;
    for (const std::string& address : answers.names(driver_folder)) addresses.insert(address);
    const std::string folder = "/sys/bus/pci/devices/", file = "/vendor";
    const auto& files = answers.readings().files;
    for (auto at = files.lower_bound(folder); at != files.end() && at->first.starts_with(folder); ++at) {
        if (!at->first.ends_with(file) || answers.file(at->first) != "0x10de") continue;
        const std::string device = at->first.substr(0, at->first.size() - file.size());
        const std::string device_class = answers.file(device + "/class").value_or("");
        // 3D controllers, and VGA controllers as some models are.
        if (device_class.starts_with("0x0302") || device_class.starts_with("0x0300")) {
            addresses.insert(device.substr(folder.size()));
        }
    }
    return addresses;
}

void interpret_device_nodes(HostAnswers& answers) {
    for (Gpu& gpu : answers.machine().gpus) {
        if (!gpu.minor_number) continue;
        const std::string node = fmt::format("/dev/nvidia{}", *gpu.minor_number);
        const auto found = answers.readings().calls.find("open(" + node + ")");
        if (found == answers.readings().calls.end()) continue;
        gpu.is_device_openable = found->second.text.has_value();
        if (!*gpu.is_device_openable) {
            answers.gap({fmt::format("gpu.{}.device_node", gpu.nvml_index), node},
                        fmt::format("GPU {} is visible, not usable: {}", gpu.nvml_index, found->second.because),
                        "run the container with --gpus all");
        }
    }
}

}  // namespace r1cluster::detail
