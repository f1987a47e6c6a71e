// SPDX-License-Identifier: Apache-2.0
#include "facts/gpu_words.hpp"
#include "facts/interpret/gpus.hpp"

namespace r1cluster::detail {
namespace {

std::optional<double> watts(NvmlSaid& nvml, std::string_view function, const std::string& what) {
    const auto milliwatts = nvml.number<std::uint32_t>(function, what);
    return milliwatts ? std::optional(*milliwatts / 1000.0) : std::nullopt;
}

std::optional<bool> is_on(const std::optional<int>& number) {
    return number ? std::optional(*number != 0) : std::nullopt;
}

void interpret_errors(NvmlSaid& nvml, Gpu& gpu) {
    if (const auto ecc = nvml.shaped<calls::NvmlMode>("nvmlDeviceGetEccMode", "ECC mode")) {
        gpu.is_ecc_enabled = ecc->current != 0;
        gpu.is_ecc_pending = ecc->pending != 0;
    }
    const auto count = [&](const char* type) {
        return nvml.number<std::uint64_t>("nvmlDeviceGetTotalEccErrors", "ECC errors",
                                          fmt::format("NVML_MEMORY_ERROR_TYPE_{}, NVML_AGGREGATE_ECC", type));
    };
    gpu.ecc_corrected = count("CORRECTED");
    gpu.ecc_uncorrected = count("UNCORRECTED");
    if (const auto rows = nvml.shaped<calls::NvmlRemappedRows>("nvmlDeviceGetRemappedRows", "remapped rows")) {
        gpu.remapped_rows_corrected = rows->corrected;
        gpu.remapped_rows_uncorrected = rows->uncorrected;
        gpu.is_remap_pending = rows->pending != 0;
        gpu.has_remap_failed = rows->failed != 0;
    }
}

void interpret_clocks(NvmlSaid& nvml, Gpu& gpu) {
    gpu.sm_clock_mhz = nvml.number<int>("nvmlDeviceGetClockInfo", "clocks", "NVML_CLOCK_SM");
    gpu.memory_clock_mhz = nvml.number<int>("nvmlDeviceGetClockInfo", "clocks", "NVML_CLOCK_MEM");
    gpu.sm_clock_max_mhz = nvml.number<int>("nvmlDeviceGetMaxClockInfo", "clocks", "NVML_CLOCK_SM");
    gpu.memory_clock_max_mhz = nvml.number<int>("nvmlDeviceGetMaxClockInfo", "clocks", "NVML_CLOCK_MEM");
    const bool has_old_name = nvml.answers().call(nvml.call("nvmlDeviceGetCurrentClocksThrottleReasons")).has_value();
    const char* function =
        has_old_name ? "nvmlDeviceGetCurrentClocksThrottleReasons" : "nvmlDeviceGetCurrentClocksEventReasons";
    if (const auto reasons = nvml.number<std::uint64_t>(function, "throttle reasons")) {
        gpu.throttle_reasons = throttle_words(*reasons);
    }
}

void interpret_link(NvmlSaid& nvml, Gpu& gpu) {
    const auto speed = [&](const char* function) {
        return pcie_speed_gts(nvml.number<int>(function, "PCIe link").value_or(0));
    };
    gpu.link.speed_gts = speed("nvmlDeviceGetCurrPcieLinkGeneration");
    gpu.link.max_speed_gts = speed("nvmlDeviceGetMaxPcieLinkGeneration");
    gpu.link.width = nvml.number<int>("nvmlDeviceGetCurrPcieLinkWidth", "PCIe link");
    gpu.link.max_width = nvml.number<int>("nvmlDeviceGetMaxPcieLinkWidth", "PCIe link");
}

}  // namespace

void interpret_gpu_state(NvmlSaid& nvml, Gpu& gpu) {
    gpu.serial = nvml.text("nvmlDeviceGetSerial", "serial number").value_or("");
    gpu.vbios_version = nvml.text("nvmlDeviceGetVbiosVersion", "VBIOS version").value_or("");
    gpu.firmware_version = nvml.text("nvmlDeviceGetGspFirmwareVersion", "firmware version").value_or("");
    gpu.minor_number = nvml.number<int>("nvmlDeviceGetMinorNumber", "minor number");
    if (const auto bar1 = nvml.shaped<calls::NvmlMemory>("nvmlDeviceGetBAR1MemoryInfo", "BAR1 memory")) {
        gpu.bar1_bytes = bar1->total;
    }
    interpret_errors(nvml, gpu);
    interpret_clocks(nvml, gpu);
    interpret_link(nvml, gpu);
    gpu.virtualization =
        virtualization_word(nvml.number<int>("nvmlDeviceGetVirtualizationMode", "virtualization mode").value_or(-1));
    gpu.is_persistent = is_on(nvml.number<int>("nvmlDeviceGetPersistenceMode", "persistence mode"));
    gpu.compute_mode = compute_mode_word(nvml.number<int>("nvmlDeviceGetComputeMode", "compute mode").value_or(-1));
    gpu.power_w = watts(nvml, "nvmlDeviceGetPowerUsage", "power");
    gpu.power_limit_w = watts(nvml, "nvmlDeviceGetEnforcedPowerLimit", "power limit");
    gpu.power_limit_default_w = watts(nvml, "nvmlDeviceGetPowerManagementDefaultLimit", "power limit");
    gpu.temperature_c = nvml.number<int>("nvmlDeviceGetTemperature", "temperature", "NVML_TEMPERATURE_GPU");
}

void interpret_gpu_processes(NvmlSaid& nvml, Gpu& gpu) {
    constexpr std::size_t max_processes = 8192;
    std::set<int> seen;
    for (const char* function :
         {"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v3"}) {
        const auto list = nvml.shaped<std::vector<calls::NvmlProcess>>(function, "processes");
        for (const calls::NvmlProcess& process : list.value_or(std::vector<calls::NvmlProcess>{})) {
            // One that computes and draws is in both lists, with the same memory.
            if (gpu.processes.size() >= max_processes || !seen.insert(process.pid).second) continue;
            const auto name = nvml.answers().call(fmt::format("nvmlSystemGetProcessName({})", process.pid));
            gpu.processes.push_back({process.pid, name.value_or(""), process.memory});
        }
    }
}

}  // namespace r1cluster::detail
