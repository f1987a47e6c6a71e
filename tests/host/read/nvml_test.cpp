// SPDX-License-Identifier: Apache-2.0
// NVML's answers, from the library to the facts, with tests/programs/nvml_stand_in.cpp in the place of the library.
#include "host/read/opened_nvml.hpp"

TEST_CASE("all that NVML says of a GPU becomes facts", "[host/read]") {
    const NvmlLibrary library;
    const Machine machine = library.machine();
    CHECK(machine.gpu_driver_version == "580.159.04");
    CHECK(machine.cuda_driver_version == "13.0");
    REQUIRE(machine.gpus.size() == 2);
    const Gpu& gpu = machine.gpus[1];
    CHECK(gpu.nvml_index == 1);
    CHECK(gpu.name == "NVIDIA H200");
    CHECK(gpu.uuid == "GPU-00000000-0000-4000-8000-000000000001");
    CHECK(gpu.serial == "1650000000001");
    CHECK(gpu.pci_address == "0000:1b:00.0");
    CHECK(gpu.minor_number == 901);
    CHECK(gpu.compute_capability == "9.0");
    CHECK(gpu.vbios_version == "96.00.A5.00.1A");
    CHECK(gpu.firmware_version == "580.159.04");
    CHECK(gpu.numa_node == 0);
    CHECK(gpu.cpu_affinity == "0-31");
    CHECK(gpu.virtualization == "pass-through");
    CHECK(gpu.is_persistent == true);
    CHECK(gpu.compute_mode == "exclusive process");
    CHECK(gpu.is_mig_enabled == false);
    CHECK(gpu.is_mig_pending == false);
    CHECK(gpu_gaps(machine).empty());
}

TEST_CASE("memory of a GPU is told apart as nvidia-smi does: 616 MiB reserved, none used", "[host/read]") {
    const Gpu gpu = NvmlLibrary().machine().gpus.at(0);
    CHECK(gpu.memory_bytes == 150754820096);
    CHECK(gpu.memory_reserved_bytes.value_or(0) / (1 << 20) + 1 == 616);  // nvidia-smi rounds up
    CHECK(gpu.memory_used_bytes == 0);
    CHECK(gpu.memory_free_bytes == 150109880320);
    CHECK(gpu.bar1_bytes == 262144ULL << 20U);
}

TEST_CASE("errors, clocks, power and the PCIe link of a GPU have their units", "[host/read]") {
    const Gpu gpu = NvmlLibrary().machine().gpus.at(0);
    CHECK(gpu.is_ecc_enabled == true);
    CHECK(gpu.is_ecc_pending == true);
    CHECK(gpu.ecc_corrected == 12);
    CHECK(gpu.ecc_uncorrected == 0);
    CHECK(gpu.remapped_rows_corrected == 3);
    CHECK(gpu.remapped_rows_uncorrected == 1);
    CHECK(gpu.is_remap_pending == true);
    CHECK(gpu.has_remap_failed == false);
    CHECK(gpu.sm_clock_mhz == 345);
    CHECK(gpu.sm_clock_max_mhz == 1980);
    CHECK(gpu.memory_clock_mhz == 3201);
    CHECK(gpu.memory_clock_max_mhz == 3201);
    CHECK(gpu.throttle_reasons == std::vector<std::string>{"idle", "software power cap"});
    CHECK(gpu.power_w == 127.06);
    CHECK(gpu.power_limit_w == 650.0);
    CHECK(gpu.power_limit_default_w == 700.0);
    CHECK(gpu.temperature_c == 37);
    CHECK(gpu.link == PciLink{2.5, 8, 32.0, 16});
}

TEST_CASE("NVLinks of a virtual machine are up, to a switch that is hidden", "[host/read]") {
    const Gpu gpu = NvmlLibrary().machine().gpus.at(0);
    REQUIRE(gpu.nvlinks.size() == 18);
    CHECK(active_nvlinks(gpu) == 18);
    CHECK(gpu.nvlinks[17] ==
          NvLink{17, true, 6, 26562, NvLinkEnd::nvswitch, "", {{"crc", 0}, {"recovery", 0}, {"replay", 0}}});
    CHECK(gpu.nvlinks[3].errors.at("replay") == 7);
    CHECK(gpu.fabric == GpuFabric{FabricState::completed, "success", "", 0, {}});
}

TEST_CASE("NVLinks that are down have no remote end, and that is no gap", "[host/read]") {
    const NvmlLibrary library;
    library->are_links_up = false;
    const Machine machine = library.machine();
    CHECK(machine.gpus.at(0).nvlinks.size() == 18);
    CHECK(active_nvlinks(machine.gpus.at(0)) == 0);
    CHECK(gpu_gaps(machine).empty());
}

TEST_CASE("remote ends of NVLinks that are refused are a gap, and the links stay", "[host/read]") {
    const NvmlLibrary library;
    library->refusals["nvmlDeviceGetNvLinkRemoteDeviceType(1)"] = NVML_ERROR_NO_PERMISSION;
    const Machine machine = library.machine();
    CHECK(active_nvlinks(machine.gpus.at(1)) == 18);
    CHECK(machine.gpus.at(1).nvlinks[0].remote == NvLinkEnd::unknown);
    CHECK(gpu_gaps(machine) ==
          std::vector<Gap>{{"gpus.state", "remote ends of NVLinks of GPU 1", "Insufficient Permissions",
                            "read the host as root", ReasonCode::no_permission}});
}

TEST_CASE("GPUs without the fields of Hopper are asked for each link", "[host/read]") {
    const NvmlLibrary library;
    library->has_link_fields = false;
    const Gpu gpu = library.machine().gpus.at(0);
    REQUIRE(gpu.nvlinks.size() == 18);
    CHECK(gpu.nvlinks[0] == NvLink{0,
                                   true,
                                   5,
                                   {},
                                   NvLinkEnd::nvswitch,
                                   "",
                                   {{"crc_data", 0}, {"crc_flit", 5}, {"recovery", 0}, {"replay", 0}}});
}

TEST_CASE("Blackwell counts other errors of its NVLinks", "[host/read]") {
    const NvmlLibrary library;
    library->has_blackwell_errors = true;
    CHECK(library.machine().gpus.at(0).nvlinks.at(3).errors ==
          std::map<std::string, std::uint64_t>{
              {"effective", 0}, {"receive", 0}, {"recovery", 0}, {"recovery_failed", 7}});
}

TEST_CASE("a fabric that is not well says in which way", "[host/read]") {
    const NvmlLibrary library;
    library->fabric_health = 0x4 << 8 | 0x2 << 6 | 0x1 << 4 | 0x1;  // configuration 4, timeout false, route, bandwidth
    CHECK(library.machine().gpus.at(0).fabric->unhealthy ==
          std::vector<std::string>{"degraded bandwidth", "route unhealthy", "incorrect configuration: no partition"});
    library->fabric_state = NVML_GPU_FABRIC_STATE_IN_PROGRESS;
    CHECK(library.machine().gpus.at(0).fabric->state == FabricState::in_progress);
    CHECK(library.machine().gpus.at(0).fabric->status.empty());
}

TEST_CASE("each pair of GPUs stands under the lower index with all that P2P can do", "[host/read]") {
    const Machine machine = NvmlLibrary().machine();
    CHECK(machine.gpus[0].peers ==
          std::vector<GpuPeer>{{1, "PHB", PeerAccess::ok, PeerAccess::ok, PeerAccess::ok, PeerAccess::not_supported}});
    CHECK(machine.gpus[1].peers.empty());
}

TEST_CASE("a read asks NVML so often: 159 calls for two GPUs, 738 for eight", "[host/read]") {
    const NvmlLibrary library;
    library.read();
    CHECK(library->calls == 6 + 2 * 74 + 5);
    *library.operator->() = {};
    library->gpus = 8;
    library.read();
    CHECK(library->calls == 6 + 8 * 74 + 28 * 5);
    CHECK(library->calls_of.at("nvmlInit_v2") == 1);
    CHECK(library->calls_of.at("nvmlShutdown") == 1);
}

TEST_CASE("MIG is seen with the devices that it made", "[host/read]") {
    const NvmlLibrary library;
    library->is_mig = true;
    const Gpu gpu = library.machine().gpus.at(1);
    CHECK(gpu.is_mig_enabled == true);
    // Places 0 and 2 of the second GPU.
    CHECK(gpu.mig_devices == std::vector<std::string>{"MIG-00000000-0000-4000-8000-000000001010",
                                                      "MIG-00000000-0000-4000-8000-000000001012"});
}

TEST_CASE("a virtual GPU is told from a whole one that was passed through", "[host/read]") {
    const NvmlLibrary library;
    library->virtualization = NVML_GPU_VIRTUALIZATION_MODE_VGPU;
    library->refusals["nvmlDeviceGetRemappedRows"] = NVML_ERROR_NOT_SUPPORTED;
    const Machine machine = library.machine();
    CHECK(machine.gpus.at(0).virtualization == "vGPU");
    CHECK(machine.gpus.at(0).is_remap_pending == std::nullopt);
    CHECK(gpu_gaps(machine).empty());  // what a GPU does not have is not unseen
}

TEST_CASE("PCI domains are written as sysfs does, also those that need more than four digits", "[host/read]") {
    const NvmlLibrary library;
    library->pci_domain = 0xabc;
    CHECK(library.machine().gpus.at(0).pci_address == "0abc:1a:00.0");
    library->pci_domain = 0x10000;
    CHECK(library.machine().gpus.at(0).pci_address == "10000:1a:00.0");
}

TEST_CASE("processes have names where they are ours to see, and memory where the driver says", "[host/read]") {
    const NvmlLibrary library;
    library->processes = {{4242, 1ULL << 30U, 0xffffffff, 0xffffffff},
                          {1, static_cast<unsigned long long>(NVML_VALUE_NOT_AVAILABLE), 0xffffffff, 0xffffffff}};
    CHECK(library.machine().gpus.at(0).processes ==
          std::vector<GpuProcess>{{4242, "python3", 1ULL << 30U}, {1, "", std::nullopt}});
    library->has_long_processes = true;
    CHECK(library.machine().gpus.at(0).processes.at(1).pid == 1);
    library->processes.resize(600, {5, 1, 0, 0});  // more than the first guess has room for
    CHECK(interpret(library.read()).gpus.at(0).processes.size() == 3);
    library->processes.resize(5000);
    CHECK(gpu_gaps(library.machine()).size() == 1);
}
