// SPDX-License-Identifier: Apache-2.0
// The ways in which NVML does not answer: each leaves the rest whole and says what is missing.
#include "host/read/opened_nvml.hpp"

TEST_CASE("no NVML is a gap that says what to do", "[host/read]") {
    Readings readings;
    detail::read_nvml("/no/such/libnvidia-ml.so.1", readings);
    CHECK(because_of(readings, "nvmlInit_v2()") == "/no/such/libnvidia-ml.so.1 not found");
    const Machine machine = interpret(readings);
    CHECK(machine.gpus.empty());
    CHECK(gpu_gaps(machine) == std::vector<Gap>{{"gpus", "gpus", "nvmlInit_v2(): /no/such/libnvidia-ml.so.1 not found",
                                                 "install the NVIDIA driver, or run the container with --gpus all",
                                                 ReasonCode::no_library}});
}

TEST_CASE("a driver that was updated under a running kernel is told from one that is absent", "[host/read]") {
    const NvmlLibrary library;
    library->init = NVML_ERROR_LIB_RM_VERSION_MISMATCH;
    CHECK(gpu_gaps(library.machine()) ==
          std::vector<Gap>{{"gpus", "gpus", "nvmlInit_v2(): Driver/library version mismatch",
                            "reboot: the driver on disk is not the one in the kernel", ReasonCode::driver_mismatch}});
    library->init = NVML_ERROR_DRIVER_NOT_LOADED;
    CHECK(gpu_gaps(library.machine()).at(0).remedy == "sudo modprobe nvidia");
    CHECK(library->calls == 2);  // nothing is asked, nothing is shut down
}

TEST_CASE("a driver that is too old for some functions answers the others", "[host/read]") {
    const NvmlLibrary library(R1CLUSTER_OLD_NVML_STAND_IN);
    library->has_link_fields = false;
    const Readings readings = library.read();
    CHECK(because_of(readings, "nvmlDeviceGetMemoryInfo_v2(0)") ==
          "this driver's NVML has no nvmlDeviceGetMemoryInfo_v2");
    const Machine machine = interpret(readings);
    const Gpu& gpu = machine.gpus.at(1);
    CHECK(gpu.memory_bytes == 150754820096);
    CHECK(gpu.memory_used_bytes == std::nullopt);  // the old function counts what is reserved as used
    CHECK(gpu.memory_reserved_bytes == std::nullopt);
    CHECK(gpu.throttle_reasons == std::vector<std::string>{"idle", "software power cap"});
    CHECK(gpu.fabric == GpuFabric{FabricState::completed, "success", "", 0, {}});
    CHECK(active_nvlinks(gpu) == 18);
    CHECK(gpu_gaps(machine) == std::vector<Gap>{{"gpus.state", "processes of GPUs 0-1",
                                                 "this driver's NVML has no nvmlDeviceGetComputeRunningProcesses_v3",
                                                 "a newer driver", ReasonCode::no_function},
                                                {"gpus.state", "processes of GPUs 0-1",
                                                 "this driver's NVML has no nvmlDeviceGetGraphicsRunningProcesses_v3",
                                                 "a newer driver", ReasonCode::no_function},
                                                {"gpus.state", "firmware version of GPUs 0-1",
                                                 "this driver's NVML has no nvmlDeviceGetGspFirmwareVersion",
                                                 "a newer driver", ReasonCode::no_function}});
}

TEST_CASE("one GPU of eight that is lost keeps its number, and the others are whole", "[host/read]") {
    const NvmlLibrary library;
    library->gpus = 8;
    library->refusals["nvmlDeviceGetHandleByIndex_v2(3)"] = NVML_ERROR_GPU_IS_LOST;
    const Machine machine = library.machine();
    REQUIRE(machine.gpus.size() == 7);
    CHECK(machine.gpus[3].nvml_index == 4);
    CHECK(gpu_gaps(machine) ==
          std::vector<Gap>{{"gpu.3", "GPU 3", "GPU is lost", "nvidia-smi; dmesg | grep Xid", ReasonCode::gpu_lost}});
    CHECK(machine.gpus[0].peers.size() == 6);
    library->refusals.clear();
    library->refusals["(3)"] = NVML_ERROR_GPU_IS_LOST;  // it has a handle, and answers nothing
    CHECK(interpret(library.read()) == machine);
}

TEST_CASE("a GPU that the container was not given is told from one that is lost", "[host/read]") {
    const NvmlLibrary library;
    library->refusals["nvmlDeviceGetHandleByIndex_v2(0)"] = NVML_ERROR_NO_PERMISSION;
    CHECK(gpu_gaps(library.machine()) ==
          std::vector<Gap>{{"gpu.0", "GPU 0", "Insufficient Permissions", "run the container with --gpus all",
                            ReasonCode::no_permission}});
}

TEST_CASE("a GPU that is lost is not asked again", "[host/read]") {
    const NvmlLibrary library;
    library->refusals["(1)"] = NVML_ERROR_GPU_IS_LOST;
    const Readings readings = library.read();
    CHECK(because_of(readings, "nvmlDeviceGetPowerUsage(1)") == "GPU is lost");
    CHECK(library->calls_of.contains("nvmlDeviceGetPowerUsage(0)"));
    CHECK_FALSE(library->calls_of.contains("nvmlDeviceGetPowerUsage(1)"));
    CHECK_FALSE(library->calls_of.contains("nvmlDeviceGetP2PStatus(0)"));
}

TEST_CASE("a GPU that is lost half-way keeps what it said", "[host/read]") {
    const NvmlLibrary library;
    library->refusals["nvmlDeviceGetSerial(1)"] = NVML_ERROR_GPU_IS_LOST;
    const Machine machine = library.machine();
    REQUIRE(machine.gpus.size() == 2);
    CHECK(machine.gpus[1].pci_address == "0000:1b:00.0");
    CHECK(machine.gpus[1].power_w == std::nullopt);
    const Gap memory{"gpu.1.memory", "memory of GPU 1", "nvmlDeviceGetMemoryInfo_v2(1): GPU is lost", "",
                     ReasonCode::gpu_lost};
    CHECK(std::count(machine.gaps.begin(), machine.gaps.end(), memory) == 1);
}

TEST_CASE("calls that are not permitted are one gap that says who may", "[host/read]") {
    const NvmlLibrary library;
    for (const char* function : {"nvmlDeviceGetPowerUsage", "nvmlDeviceGetSerial"}) {
        library->refusals[function] = NVML_ERROR_NO_PERMISSION;
    }
    const Machine machine = library.machine();
    CHECK(gpu_gaps(machine) ==
          std::vector<Gap>{{"gpus.state", "power, serial number of GPUs 0-1", "Insufficient Permissions",
                            "read the host as root", ReasonCode::no_permission}});
    CHECK(machine.gpus.at(0).power_w == std::nullopt);
    CHECK(machine.gpus.at(0).power_limit_w == 650.0);
}

TEST_CASE("a count of GPUs that cannot be is cut, and says so", "[host/read]") {
    const NvmlLibrary library;
    library->gpus = 10'000;
    const Machine machine = library.machine();
    CHECK(machine.gpus.size() == 64);
    CHECK(gpu_gaps(machine) == std::vector<Gap>{{"gpus", "gpus", "10000 GPUs, of which 64 are read", ""}});
}
