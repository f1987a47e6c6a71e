// SPDX-License-Identifier: Apache-2.0
// Facts about GPUs from sources beside NVML, and what is said where the sources differ. tests/host/read/nvml_test.cpp
// has what NVML says.
#include "facts/enum_words.hpp"
#include "facts/gaps_about.hpp"
#include "facts/gpu_words.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/readings/recording.hpp"
#include "readings/calls_gpu.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

const std::string folder = "/proc/driver/nvidia/gpus";

/// As driver 580 writes it for an H200.
std::string information(const std::string& address, int minor, const std::string& uuid) {
    return "Model: \t\t NVIDIA H200\nIRQ:   \t\t 41\nGPU UUID: \t " + uuid +
           "\nVideo BIOS: \t 96.00.a5.00.1a\nBus Type: \t PCIe\nDMA Size: \t 52 bits\nDMA Mask: \t 0xfffffffffffff\n"
           "Bus Location: \t " +
           address + "\nDevice Minor: \t " + std::to_string(minor) +
           "\nGPU Firmware: \t 580.159.04\nGPU Excluded:\t No\n";
}

Readings without_nvml() {
    Readings readings;
    readings.calls["nvmlInit_v2()"] = {std::nullopt, "libnvidia-ml.so.1 not found"};
    return readings;
}

void add_to_driver(Readings& readings, const std::string& address, int minor, const std::string& uuid) {
    Answer& listing = readings.listings[folder];
    listing.text = listing.text.value_or("") + address + "\n";
    readings.files[folder + "/" + address + "/information"] = {information(address, minor, uuid), ""};
}

void add_to_sysfs(Readings& readings, const std::string& address, const std::string& device_class) {
    readings.files["/sys/bus/pci/devices/" + address + "/vendor"] = {"0x10de\n", ""};
    readings.files["/sys/bus/pci/devices/" + address + "/class"] = {device_class + "\n", ""};
}

Readings one_nvml_gpu() {
    Readings readings;
    readings.calls = {{"nvmlInit_v2()", {"0", ""}},
                      {"nvmlDeviceGetCount_v2()", {"1", ""}},
                      {"nvmlDeviceGetName(0)", {"NVIDIA H200", ""}},
                      {"nvmlDeviceGetPciInfo_v3(0)", {"00000000:1A:00.0", ""}},
                      {"nvmlDeviceGetMinorNumber(0)", {"0", ""}}};
    return readings;
}

}  // namespace

TEST_CASE("without any library /proc says which GPUs there are", "[facts]") {
    Readings readings = without_nvml();
    add_to_driver(readings, "0000:1a:00.0", 0, "GPU-00000001-0000-4000-8000-000000000001");
    add_to_driver(readings, "0000:2a:00.0", 1,
                  "GPU-\?\?\?\?\?\?\?\?-\?\?\?\?-\?\?\?\?-\?\?\?\?-\?\?\?\?\?\?\?\?\?\?\?\?");
    const Machine machine = interpret(readings);
    REQUIRE(machine.gpus.size() == 2);
    Gpu first;
    first.uuid = "GPU-00000001-0000-4000-8000-000000000001";
    first.name = "NVIDIA H200";
    first.pci_address = "0000:1a:00.0";
    first.vbios_version = "96.00.a5.00.1a";
    first.firmware_version = "580.159.04";
    first.minor_number = 0;
    CHECK(machine.gpus[0] == first);
    CHECK(machine.gpus[1].uuid.empty());  // the driver does not know it before the first use
    CHECK(
        gaps_about(machine, "gpus") ==
        std::vector<Gap>{{"gpus", "gpus",
                          "nvmlInit_v2(): libnvidia-ml.so.1 not found; the GPUs are as /proc/driver/nvidia shows them",
                          "install the NVIDIA driver, or run the container with --gpus all"}});
    CHECK(gaps_about(machine, "memory of GPU 1") ==
          std::vector<Gap>{{"gpu.1.memory", "memory of GPU 1", "/proc/driver/nvidia/gpus does not say",
                            "make NVML work (nvidia-smi), then read again"}});
}

TEST_CASE("a container that sees GPUs in /sys alone is told that they are not usable", "[facts]") {
    Readings readings = without_nvml();
    add_to_sysfs(readings, "0000:1a:00.0", "0x030200");
    add_to_sysfs(readings, "0000:2a:00.0", "0x030000");
    add_to_sysfs(readings, "0000:05:00.0", "0x068000");  // an NVSwitch
    const Machine machine = interpret(readings);
    CHECK(machine.gpus.empty());
    CHECK(gaps_about(machine, "gpus") ==
          std::vector<Gap>{{"gpus", "gpus",
                            "nvmlInit_v2(): libnvidia-ml.so.1 not found; 2 GPUs are visible, not usable: 0000:1a:00.0, "
                            "0000:2a:00.0",
                            "install the NVIDIA driver, or run the container with --gpus all"}});
}

TEST_CASE("a container with one GPU of two is told of the other", "[facts]") {
    Readings readings = one_nvml_gpu();
    add_to_sysfs(readings, "0000:1a:00.0", "0x030200");
    CHECK(gaps_about(interpret(readings), "gpus").empty());
    add_to_sysfs(readings, "0000:2a:00.0", "0x030200");
    CHECK(gaps_about(interpret(readings), "gpus") ==
          std::vector<Gap>{{"gpus", "gpus", "1 GPU is visible, not usable: 0000:2a:00.0",
                            "install the NVIDIA driver, or run the container with --gpus all"}});
    // One that NVML counts and cannot reach is that one.
    readings.calls["nvmlDeviceGetCount_v2()"] = {"2", ""};
    readings.calls["nvmlDeviceGetHandleByIndex_v2(1)"] = {std::nullopt, "GPU is lost"};
    CHECK(gaps_about(interpret(readings), "gpus").empty());
    CHECK(gaps_about(interpret(readings), "GPU 1").size() == 1);
}

TEST_CASE("a GPU whose device node cannot be opened is visible, not usable", "[facts]") {
    Readings readings = one_nvml_gpu();
    CHECK(interpret(readings).gpus.at(0).is_device_openable == std::nullopt);
    readings.calls["open(/dev/nvidia0)"] = {"0", ""};
    CHECK(interpret(readings).gpus.at(0).is_device_openable == true);
    readings.calls["open(/dev/nvidia0)"] = {std::nullopt, "Operation not permitted"};
    const Machine machine = interpret(readings);
    CHECK(machine.gpus.at(0).is_device_openable == false);
    CHECK(
        gaps_about(machine, "/dev/nvidia0") ==
        std::vector<Gap>{{"gpu.0.device_node", "/dev/nvidia0", "GPU 0 is visible, not usable: Operation not permitted",
                          "run the container with --gpus all"}});
}

TEST_CASE("the kernel's NUMA node counts, and NVML's only where it names one", "[facts]") {
    Readings readings = one_nvml_gpu();
    Answer& affinity = readings.calls["nvmlDeviceGetMemoryAffinity(0, NVML_AFFINITY_SCOPE_NODE)"];
    affinity = {"[1]", ""};
    readings.files["/sys/bus/pci/devices/0000:1a:00.0/numa_node"] = {"1\n", ""};
    CHECK(interpret(readings).gpus.at(0).numa_node == 1);
    readings.files["/sys/bus/pci/devices/0000:1a:00.0/numa_node"] = {"-1\n", ""};
    CHECK(interpret(readings).gpus.at(0).numa_node == 0);
    affinity = {"[3]", ""};  // nodes 0 and 1
    CHECK(interpret(readings).gpus.at(0).numa_node == std::nullopt);
}

TEST_CASE("answers about GPUs that are not in our form are gaps", "[facts]") {
    Readings readings = one_nvml_gpu();
    readings.calls["nvmlDeviceGetPowerUsage(0)"] = {"much", ""};
    readings.calls["nvmlDeviceGetFieldValues(0)"] = {"[]", ""};
    readings.calls["nvmlDeviceGetEccMode(0)"] = {"{\"current\":1}", ""};
    const Machine machine = interpret(readings);
    CHECK(machine.gpus.at(0).power_w == std::nullopt);
    CHECK(gaps_about(machine, "power of GPU 0").at(0).because == "nvmlDeviceGetPowerUsage(0): not a number: \"much\"");
    CHECK(gaps_about(machine, "NVLinks of GPU 0").at(0).because ==
          "nvmlDeviceGetFieldValues(0): expected an object, got []");
    CHECK(gaps_about(machine, "ECC mode of GPU 0").at(0).because ==
          "nvmlDeviceGetEccMode(0): the field \"pending\" is missing");
}

TEST_CASE("numbers of NVLinks that cannot be are not facts", "[facts]") {
    Readings readings = one_nvml_gpu();
    calls::NvmlFieldValues fields;
    fields.values = {{"NVLINK_LINK_COUNT", "2"},
                     {"NVLINK_GET_STATE", "1 0 1 1"},
                     {"NVLINK_GET_SPEED", "9223372036854775808 -"},
                     {"NVLINK_ERROR_DL_CRC", "- x 1 2"}};
    readings.calls["nvmlDeviceGetFieldValues(0)"] = {calls::to_text(fields), ""};
    readings.calls["nvmlDeviceGetNvLinkRemoteDeviceType(0, *)"] = {"255", ""};
    readings.calls["nvmlDeviceGetNvLinkRemotePciInfo_v2(0, *)"] = {"00000000:05:00.0 - more than links", ""};
    CHECK(interpret(readings).gpus.at(0).nvlinks ==
          std::vector<NvLink>{{0, true, {}, {}, NvLinkEnd::unknown, "0000:05:00.0", {}},
                              {1, false, {}, {}, NvLinkEnd::unknown, "", {}}});
}

TEST_CASE("fabric that is not there yet has no status", "[facts]") {
    Readings readings = one_nvml_gpu();
    calls::NvmlFabric fabric{3, 999, "Unknown Error", "01020304-0506-0708-090a-0b0c0d0e0f10", 7, 0x100};
    readings.calls["nvmlDeviceGetGpuFabricInfoV(0)"] = {calls::to_text(fabric), ""};
    CHECK(interpret(readings).gpus.at(0).fabric ==
          GpuFabric{FabricState::completed, "Unknown Error", "01020304-0506-0708-090a-0b0c0d0e0f10", 7, {}});
    fabric.state = 1;
    readings.calls["nvmlDeviceGetGpuFabricInfoV(0)"] = {calls::to_text(fabric), ""};
    CHECK(interpret(readings).gpus.at(0).fabric->status.empty());
    CHECK(interpret(readings).gpus.at(0).fabric->state == FabricState::not_started);
}

TEST_CASE("scrubbing keeps every fact of a GPU but its names", "[facts]") {
    Readings readings = one_nvml_gpu();
    readings.host = "node1";
    readings.calls["nvmlDeviceGetSerial(0)"] = {"1650000000077", ""};
    readings.calls["nvmlDeviceGetUUID(0)"] = {"GPU-12345678-1234-4234-8234-123456789abc", ""};
    readings.calls["nvmlDeviceGetNvLinkState(0, 0)"] = {"1", ""};
    readings.calls["nvmlDeviceGetNvLinkRemotePciInfo_v2(0, *)"] = {"FFFFFFFF:FF:FF.0", ""};
    readings.calls["nvmlDeviceGetGpuFabricInfoV(0)"] = {
        calls::to_text(calls::NvmlFabric{3, 0, "Success", "00000000-0000-0000-0000-000000000000", 0, 0}), ""};
    const Machine before = interpret(readings);
    Machine after = interpret(scrub({{readings}, {}, {}}).recording.hosts.at(0));
    CHECK(after.gpus.at(0).serial == "serial1");
    CHECK(after.gpus.at(0).uuid != before.gpus.at(0).uuid);
    after.gpus[0].serial = before.gpus.at(0).serial;
    after.gpus[0].uuid = before.gpus.at(0).uuid;
    CHECK(after.gpus == before.gpus);
}

TEST_CASE("sets of processors are lists as the kernel writes them", "[facts]") {
    CHECK(detail::list_of_bits({}).empty());
    CHECK(detail::list_of_bits({0x5}) == "0,2");
    CHECK(detail::list_of_bits({0xffffffff}) == "0-31");
    CHECK(detail::list_of_bits({1ULL << 63U, 0x3}) == "63-65");
    CHECK(detail::list_of_bits({0, 0xf0f}) == "64-67,72-75");
}

TEST_CASE("each bit of the throttle reasons has its word, also one that is new", "[facts]") {
    CHECK(detail::throttle_words(0).empty());
    CHECK(detail::throttle_words(0x1 | 0x4 | 0x40) ==
          std::vector<std::string>{"idle", "software power cap", "hardware thermal slowdown"});
    CHECK(detail::throttle_words(0x80 | 0x400) ==
          std::vector<std::string>{"hardware power brake slowdown", "reason 0x400"});
}

TEST_CASE("numbers that NVML may bring tomorrow have no word", "[facts]") {
    CHECK(detail::peer_access_of_number(4) == PeerAccess::disabled_by_regkey);
    CHECK(detail::peer_access_of_number(7) == PeerAccess::unknown);
    CHECK(detail::link_end_of_number(2) == NvLinkEnd::nvswitch);
    CHECK(detail::link_end_of_number(255) == NvLinkEnd::unknown);
    CHECK(detail::virtualization_word(-1).empty());
    CHECK(detail::compute_mode_word(2) == "prohibited");
    CHECK(detail::pcie_speed_gts(6) == 64.0);
    CHECK(detail::pcie_speed_gts(7) == std::nullopt);
    CHECK(detail::fabric_health_words(0xF00) == std::vector<std::string>{"incorrect configuration: 15"});
}
