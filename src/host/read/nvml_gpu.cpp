// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "host/os/files.hpp"
#include "host/read/nvml_library.hpp"
#include "host/read/sources.hpp"
#include "readings/calls_gpu.hpp"
#include "readings/pci_names.hpp"

namespace r1cluster::detail {
namespace {

constexpr unsigned affinity_words = 128;  // the kernel's largest NR_CPUS, 8192, in words of 64
constexpr unsigned max_mig_devices = 16;  // seven at most until now

/// Bits of a set, as words of 64 from the lowest on.
std::string words_text(std::vector<unsigned long> words) {
    while (!words.empty() && words.back() == 0) words.pop_back();
    return calls::to_text(std::vector<std::uint64_t>(words.begin(), words.end()));
}

/// Two on-off values, such as those of MIG.
template <class Number>
void read_mode(NvmlGpu& gpu, NvmlFunction<nvmlReturn_t(nvmlDevice_t, Number*, Number*)> function) {
    gpu.keep(function.name, "", [&] {
        Number current{}, pending{};
        gpu.call(function, &current, &pending);
        return calls::to_text(calls::NvmlMode{static_cast<int>(current), static_cast<int>(pending)});
    });
}

void read_memory(NvmlGpu& gpu) {
    const Answer& with_reserved = gpu.keep("nvmlDeviceGetMemoryInfo_v2", "", [&] {
        nvmlMemory_v2_t memory{};
        memory.version = nvmlMemory_v2;
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetMemoryInfo_v2), &memory);
        return calls::to_text(calls::NvmlMemory{memory.total, memory.free, memory.used, memory.reserved});
    });
    if (!with_reserved.text) {
        gpu.keep("nvmlDeviceGetMemoryInfo", "", [&] {
            nvmlMemory_t old_memory{};
            gpu.call(R1CLUSTER_NVML(nvmlDeviceGetMemoryInfo), &old_memory);
            return calls::to_text(calls::NvmlMemory{old_memory.total, old_memory.free, old_memory.used});
        });
    }
    gpu.keep("nvmlDeviceGetBAR1MemoryInfo", "", [&] {
        nvmlBAR1Memory_t bar1{};
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetBAR1MemoryInfo), &bar1);
        return calls::to_text(calls::NvmlMemory{bar1.bar1Total, bar1.bar1Free, bar1.bar1Used});
    });
}

void read_errors(NvmlGpu& gpu) {
    read_mode(gpu, R1CLUSTER_NVML(nvmlDeviceGetEccMode));
    for (const auto& [type, name] :
         {std::pair{NVML_MEMORY_ERROR_TYPE_CORRECTED, "NVML_MEMORY_ERROR_TYPE_CORRECTED"},
          std::pair{NVML_MEMORY_ERROR_TYPE_UNCORRECTED, "NVML_MEMORY_ERROR_TYPE_UNCORRECTED"}}) {
        gpu.keep("nvmlDeviceGetTotalEccErrors", std::string(name) + ", NVML_AGGREGATE_ECC", [&, which = type] {
            unsigned long long count = 0;
            gpu.call(R1CLUSTER_NVML(nvmlDeviceGetTotalEccErrors), which, NVML_AGGREGATE_ECC, &count);
            return number_text(count);
        });
    }
    gpu.keep("nvmlDeviceGetRemappedRows", "", [&] {
        unsigned corrected = 0, uncorrected = 0, pending = 0, failed = 0;
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetRemappedRows), &corrected, &uncorrected, &pending, &failed);
        return calls::to_text(calls::NvmlRemappedRows{static_cast<int>(corrected), static_cast<int>(uncorrected),
                                                      static_cast<int>(pending), static_cast<int>(failed)});
    });
}

void read_clocks(NvmlGpu& gpu) {
    for (const auto& [clock, name] :
         {std::pair{NVML_CLOCK_SM, "NVML_CLOCK_SM"}, std::pair{NVML_CLOCK_MEM, "NVML_CLOCK_MEM"}}) {
        gpu.number(R1CLUSTER_NVML(nvmlDeviceGetClockInfo), clock, name);
        gpu.number(R1CLUSTER_NVML(nvmlDeviceGetMaxClockInfo), clock, name);
    }
    // Renamed in driver 535; older headers have the old name alone.
    using Reasons = NvmlFunction<std::remove_pointer_t<decltype(&nvmlDeviceGetCurrentClocksThrottleReasons)>>;
    if (!gpu.number(Reasons{"nvmlDeviceGetCurrentClocksEventReasons"}).text) {
        gpu.number(Reasons{"nvmlDeviceGetCurrentClocksThrottleReasons"});
    }
}

std::string process_name(const Nvml& nvml, unsigned pid) {
    std::array<char, 256> name{};
    nvml.check(
        nvml.call(R1CLUSTER_NVML(nvmlSystemGetProcessName), pid, name.data(), static_cast<unsigned>(name.size())));
    name.back() = '\0';
    return name.data();
}

using ProcessList = NvmlFunction<std::remove_pointer_t<decltype(&nvmlDeviceGetComputeRunningProcesses_v3)>>;

std::vector<calls::NvmlProcess> processes(NvmlGpu& gpu, ProcessList function) {
    constexpr unsigned most = 4096;
    constexpr unsigned char untouched = 0xa5;
    // Drivers 535.43 to 535.86 (XuehaiPan/nvitop#79) write entries that are one word longer than those of the header.
    // Nothing says so but what is written behind the place where the entries of the header would end.
    constexpr std::size_t entry_bytes = sizeof(nvmlProcessInfo_t), long_entry_bytes = entry_bytes + 8;
    std::vector<unsigned char> buffer;
    nvmlReturn_t result = NVML_ERROR_INSUFFICIENT_SIZE;
    std::size_t count = 0;
    for (unsigned room = 64; result == NVML_ERROR_INSUFFICIENT_SIZE && room <= most; room *= 8) {
        buffer.assign(room * long_entry_bytes, untouched);
        unsigned found = room;
        result = gpu.result_of(function, &found, reinterpret_cast<nvmlProcessInfo_t*>(buffer.data()));
        count = std::min(found, room);
    }
    gpu.nvml().check(result);
    const auto* behind = buffer.data() + count * entry_bytes;
    const bool is_long = std::any_of(behind, behind + 8 * count, [](unsigned char byte) { return byte != untouched; });
    std::vector<calls::NvmlProcess> list;
    for (std::size_t i = 0; i < count; ++i) {
        nvmlProcessInfo_t entry{};
        std::memcpy(&entry, buffer.data() + i * (is_long ? long_entry_bytes : entry_bytes), entry_bytes);
        calls::NvmlProcess& process = list.emplace_back();
        process.pid = static_cast<int>(entry.pid);
        const auto unknown = static_cast<unsigned long long>(NVML_VALUE_NOT_AVAILABLE);
        if (entry.usedGpuMemory != unknown) process.memory = entry.usedGpuMemory;
    }
    return list;
}

}  // namespace

void read_identity(NvmlGpu& gpu) {
    gpu.text(R1CLUSTER_NVML(nvmlDeviceGetName));
    gpu.text(R1CLUSTER_NVML(nvmlDeviceGetUUID));
    gpu.keep("nvmlDeviceGetPciInfo_v3", "", [&] {
        nvmlPciInfo_t info{};
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetPciInfo_v3), &info);
        return std::string(info.busId);
    });
    gpu.text(R1CLUSTER_NVML(nvmlDeviceGetSerial));
    gpu.text(R1CLUSTER_NVML(nvmlDeviceGetVbiosVersion));
    gpu.keep("nvmlDeviceGetGspFirmwareVersion", "", [&] {
        std::array<char, 128> version{};
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetGspFirmwareVersion), version.data());
        return std::string(version.data());
    });
    gpu.keep("nvmlDeviceGetCudaComputeCapability", "", [&] {
        calls::NvmlComputeCapability capability;
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetCudaComputeCapability), &capability.major, &capability.minor);
        return calls::to_text(capability);
    });
    const Answer& minor = gpu.number(R1CLUSTER_NVML(nvmlDeviceGetMinorNumber));
    // Now: as long as NVML holds the GPU, opening its node does not wake it.
    if (minor.text) read_device_node("/dev/nvidia" + *minor.text, gpu.readings());
    // NVML takes 7 ms a GPU for what the kernel has in a file, on H200.
    const Answer& bus_id = gpu.readings().calls.at(fmt::format("nvmlDeviceGetPciInfo_v3({})", gpu.index()));
    const std::string file = "/sys/bus/pci/devices/" + sysfs_pci_address(bus_id.text.value_or("")) + "/local_cpulist";
    const Answer cpus = file_answer(file);
    if (cpus.text) {
        gpu.readings().files[file] = cpus;
    } else {
        gpu.keep("nvmlDeviceGetCpuAffinity", "", [&] {
            std::vector<unsigned long> words(affinity_words);
            gpu.call(R1CLUSTER_NVML(nvmlDeviceGetCpuAffinity), affinity_words, words.data());
            return words_text(words);
        });
    }
    // Not nvmlDeviceGetNumaNodeId: that one is the node which the GPU's own memory is, on coherent machines.
    gpu.keep("nvmlDeviceGetMemoryAffinity", "NVML_AFFINITY_SCOPE_NODE", [&] {
        std::vector<unsigned long> words(affinity_words);
        gpu.call(R1CLUSTER_NVML(nvmlDeviceGetMemoryAffinity), affinity_words, words.data(),
                 nvmlAffinityScope_t{NVML_AFFINITY_SCOPE_NODE});
        return words_text(words);
    });
}

void read_state(NvmlGpu& gpu) {
    read_memory(gpu);
    read_errors(gpu);
    read_clocks(gpu);
    read_mode(gpu, R1CLUSTER_NVML(nvmlDeviceGetMigMode));
    gpu.number(R1CLUSTER_NVML(nvmlDeviceGetVirtualizationMode));
    gpu.number(R1CLUSTER_NVML(nvmlDeviceGetPersistenceMode));
    gpu.number(R1CLUSTER_NVML(nvmlDeviceGetComputeMode));
    gpu.number(R1CLUSTER_NVML(nvmlDeviceGetPowerUsage));
    gpu.number(R1CLUSTER_NVML(nvmlDeviceGetEnforcedPowerLimit));
    gpu.number(R1CLUSTER_NVML(nvmlDeviceGetPowerManagementDefaultLimit));
    gpu.number(R1CLUSTER_NVML(nvmlDeviceGetTemperature), NVML_TEMPERATURE_GPU, "NVML_TEMPERATURE_GPU");
    gpu.number(R1CLUSTER_NVML(nvmlDeviceGetCurrPcieLinkGeneration));
    gpu.number(R1CLUSTER_NVML(nvmlDeviceGetCurrPcieLinkWidth));
    gpu.number(R1CLUSTER_NVML(nvmlDeviceGetMaxPcieLinkGeneration));
    gpu.number(R1CLUSTER_NVML(nvmlDeviceGetMaxPcieLinkWidth));
}

void read_mig_devices(NvmlGpu& gpu) {
    const auto mode = gpu.readings().calls.find(fmt::format("nvmlDeviceGetMigMode({})", gpu.index()));
    if (mode == gpu.readings().calls.end() || !mode->second.text ||
        calls::parse<calls::NvmlMode>(*mode->second.text, mode->first).current == 0) {
        return;
    }
    const Answer& most = gpu.number(R1CLUSTER_NVML(nvmlDeviceGetMaxMigDeviceCount));
    if (!most.text) return;
    const auto count = std::min(static_cast<unsigned>(std::stoul(*most.text)), max_mig_devices);
    for (unsigned i = 0; i < count; ++i) {
        nvmlDevice_t device{};
        // Places that hold no instance say "Not Found"; they are no answer of their own.
        const Answer uuid = answer([&] {
            gpu.call(R1CLUSTER_NVML(nvmlDeviceGetMigDeviceHandleByIndex), i, &device);
            std::array<char, 128> text{};
            gpu.nvml().check(gpu.nvml().call(R1CLUSTER_NVML(nvmlDeviceGetUUID), device, text.data(),
                                             static_cast<unsigned>(text.size())));
            return std::string(text.data());
        });
        if (device) {
            gpu.readings()
                .calls[fmt::format("nvmlDeviceGetUUID(nvmlDeviceGetMigDeviceHandleByIndex({}, {}))", gpu.index(), i)] =
                uuid;
        }
    }
}

void read_processes(NvmlGpu& gpu) {
    for (const auto& function : {ProcessList{"nvmlDeviceGetComputeRunningProcesses_v3"},
                                 ProcessList{"nvmlDeviceGetGraphicsRunningProcesses_v3"}}) {
        std::vector<calls::NvmlProcess> list;
        gpu.keep(function.name, "", [&] {
            list = processes(gpu, function);
            return calls::to_text(list);
        });
        for (const calls::NvmlProcess& process : list) {
            const std::string call = fmt::format("nvmlSystemGetProcessName({})", process.pid);
            if (gpu.readings().calls.contains(call)) continue;
            gpu.readings().calls[call] =
                answer([&] { return process_name(gpu.nvml(), static_cast<unsigned>(process.pid)); });
        }
    }
}

}  // namespace r1cluster::detail
