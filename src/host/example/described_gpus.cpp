// SPDX-License-Identifier: Apache-2.0
// Eight H100 SXM5 as NVML of driver 580 tells of them: 80 GB, 18 NVLinks of the fourth generation, nobody using them.
// Figures: NVIDIA H100 Tensor Core GPU data sheet; sizes and clocks as NVML prints them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "host/example/described_host.hpp"
#include "readings/calls_gpu.hpp"

namespace r1cluster::detail {
namespace {

constexpr auto driver = "580.95.05";
constexpr std::uint64_t mib = 1 << 20;
constexpr std::uint64_t memory_bytes = 81559 * mib, reserved_bytes = 564 * mib, bar1_bytes = 131072 * mib;
constexpr int nvlinks = 18;

std::string words(std::string_view word) {
    return fmt::format("{}", fmt::join(std::vector<std::string>(nvlinks, std::string(word)), " "));
}

class DescribedGpu {
public:
    DescribedGpu(DescribedHost& host, int index) : host_(host), index_(index) {}

    void say(std::string_view function, std::string text, std::string_view more = "") {
        host_.call(call_of(function, more), std::move(text));
    }
    template <class Shape>
    void say_shape(std::string_view function, const Shape& shape, std::string_view more = "") {
        host_.shaped_call(call_of(function, more), shape);
    }

    void describe_identity(const PciePlace& place) {
        const int number = 8 * (host_.identity().number - 1) + index_ + 1;
        host_.call(fmt::format("nvmlDeviceGetHandleByIndex_v2({})", index_), "a handle");
        say("nvmlDeviceGetName", "NVIDIA H100 80GB HBM3");
        say("nvmlDeviceGetUUID", fmt::format("GPU-00000000-0000-4000-8000-{:012}", number));
        say("nvmlDeviceGetPciInfo_v3", "0000" + place.gpu_address);
        say("nvmlDeviceGetSerial", fmt::format("serial{}", number));
        say("nvmlDeviceGetVbiosVersion", "96.00.A5.00.01");
        say("nvmlDeviceGetGspFirmwareVersion", driver);
        say("nvmlDeviceGetMinorNumber", std::to_string(index_));
        host_.call(fmt::format("open(/dev/nvidia{})", index_), "0");
        say_shape("nvmlDeviceGetCudaComputeCapability", calls::NvmlComputeCapability{9, 0});
        say_shape("nvmlDeviceGetMemoryAffinity", std::vector<std::uint64_t>{1ULL << place.numa_node},
                  "NVML_AFFINITY_SCOPE_NODE");
    }

    void describe_state() {
        say_shape("nvmlDeviceGetMemoryInfo_v2",
                  calls::NvmlMemory{memory_bytes, memory_bytes - reserved_bytes, 0, reserved_bytes});
        say_shape("nvmlDeviceGetBAR1MemoryInfo", calls::NvmlMemory{bar1_bytes, bar1_bytes - mib, mib, std::nullopt});
        say_shape("nvmlDeviceGetEccMode", calls::NvmlMode{1, 1});
        say_shape("nvmlDeviceGetMigMode", calls::NvmlMode{0, 0});
        say_shape("nvmlDeviceGetRemappedRows", calls::NvmlRemappedRows{});
        for (const char* type : {"CORRECTED", "UNCORRECTED"}) {
            say("nvmlDeviceGetTotalEccErrors", "0", fmt::format("NVML_MEMORY_ERROR_TYPE_{}, NVML_AGGREGATE_ECC", type));
        }
        say("nvmlDeviceGetVirtualizationMode", "0");
        say("nvmlDeviceGetPersistenceMode", "1");
        say("nvmlDeviceGetComputeMode", "0");
        say_shape("nvmlDeviceGetComputeRunningProcesses_v3", std::vector<calls::NvmlProcess>{});
        say_shape("nvmlDeviceGetGraphicsRunningProcesses_v3", std::vector<calls::NvmlProcess>{});
    }

    void describe_power() {
        say("nvmlDeviceGetPowerUsage", std::to_string(70'000 + 500 * index_));
        say("nvmlDeviceGetEnforcedPowerLimit", "700000");
        say("nvmlDeviceGetPowerManagementDefaultLimit", "700000");
        say("nvmlDeviceGetTemperature", std::to_string(29 + index_ % 4), "NVML_TEMPERATURE_GPU");
        say("nvmlDeviceGetClockInfo", "345", "NVML_CLOCK_SM");
        say("nvmlDeviceGetClockInfo", "2619", "NVML_CLOCK_MEM");
        say("nvmlDeviceGetMaxClockInfo", "1980", "NVML_CLOCK_SM");
        say("nvmlDeviceGetMaxClockInfo", "2619", "NVML_CLOCK_MEM");
        say("nvmlDeviceGetCurrentClocksEventReasons", "1");  // idle
    }

    void describe_links() {
        for (const char* which : {"Curr", "Max"}) {
            say(fmt::format("nvmlDeviceGet{}PcieLinkGeneration", which), "5");
            say(fmt::format("nvmlDeviceGet{}PcieLinkWidth", which), "16");
        }
        calls::NvmlFieldValues fields;
        for (const char* name : {"NVLINK_ERROR_DL_CRC", "NVLINK_ERROR_DL_RECOVERY", "NVLINK_ERROR_DL_REPLAY"}) {
            fields.values[name] = words("0");
        }
        fields.values["NVLINK_LINK_COUNT"] = std::to_string(nvlinks);
        fields.values["NVLINK_GET_STATE"] = words("1");
        fields.values["NVLINK_GET_VERSION"] = words("6");    // NVML_NVLINK_VERSION_4_0
        fields.values["NVLINK_GET_SPEED"] = words("26562");  // MB/s and direction
        say_shape("nvmlDeviceGetFieldValues", fields);
        say("nvmlDeviceGetNvLinkRemoteDeviceType", words("2"), "*");  // NVML_NVLINK_DEVICE_TYPE_SWITCH
        std::vector<std::string> switches;
        for (int link = 0; link < nvlinks; ++link) switches.push_back(switch_of(link));
        say("nvmlDeviceGetNvLinkRemotePciInfo_v2", fmt::format("{}", fmt::join(switches, " ")), "*");
        say_shape("nvmlDeviceGetGpuFabricInfoV",
                  calls::NvmlFabric{3, 0, "Success", "00000000-0000-0000-0000-000000000000", 0, 0});
    }

private:
    std::string call_of(std::string_view function, std::string_view more) const {
        return fmt::format("{}({}{}{})", function, index_, more.empty() ? "" : ", ", more);
    }
    /// Five links lead to two of the NVSwitches, four to the other two.
    static std::string switch_of(int link) {
        const int number = link < 5 ? 0 : link < 9 ? 1 : link < 14 ? 2 : 3;
        return fmt::format("00000000:{:02X}:00.0", 0x07 + number);
    }

    DescribedHost& host_;
    int index_;
};

/// GPUs reach each other by NVLink; over PCIe their nearest common ancestor is the CPU of a socket, or both CPUs.
void describe_pairs(DescribedHost& host) {
    constexpr auto on_one_socket = "40", on_two_sockets = "50";  // NVML_TOPOLOGY_NODE, NVML_TOPOLOGY_SYSTEM
    for (int a = 0; a < gpu_count; ++a) {
        for (int b = a + 1; b < gpu_count; ++b) {
            const bool is_one_socket = place_of_gpu(a).numa_node == place_of_gpu(b).numa_node;
            host.call(fmt::format("nvmlDeviceGetTopologyCommonAncestor({}, {})", a, b),
                      is_one_socket ? on_one_socket : on_two_sockets);
            for (const char* ability : {"READ", "WRITE", "NVLINK", "ATOMICS"}) {
                host.call(fmt::format("nvmlDeviceGetP2PStatus({}, {}, NVML_P2P_CAPS_INDEX_{})", a, b, ability), "0");
            }
        }
    }
}

}  // namespace

void describe_gpus(DescribedHost& host) {
    host.call("nvmlInit_v2()", "0");
    host.call("nvmlSystemGetDriverVersion()", driver);
    host.call("nvmlSystemGetNVMLVersion()", fmt::format("13.{}", driver));
    host.call("nvmlSystemGetCudaDriverVersion_v2()", "13000");
    host.call("nvmlDeviceGetCount_v2()", std::to_string(gpu_count));
    host.no_call("getenv(CUDA_VISIBLE_DEVICES)", "not set", ReasonCode::not_found);
    host.text("/proc/driver/nvidia/version",
              fmt::format("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  {}  Release Build\n", driver));
    for (int i = 0; i < gpu_count; ++i) {
        const PciePlace place = place_of_gpu(i);
        host.list("/proc/driver/nvidia/gpus", {place.gpu_address});
        host.text("/proc/driver/nvidia/gpus/" + place.gpu_address + "/information",
                  fmt::format("Model: \t\t NVIDIA H100 80GB HBM3\nBus Location: \t {}\nDevice Minor: \t {}\n",
                              place.gpu_address, i));
        DescribedGpu gpu(host, i);
        gpu.describe_identity(place);
        gpu.describe_state();
        gpu.describe_power();
        gpu.describe_links();
    }
    describe_pairs(host);
}

}  // namespace r1cluster::detail
