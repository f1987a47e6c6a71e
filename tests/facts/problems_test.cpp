// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include "facts/derive/derive.hpp"
#include "facts/devices.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::machines;

namespace {

/// The problems of four_switches() after one change, without their remedies.
std::vector<std::string> problems_after(const std::function<void(Machine&)>& change) {
    Machine machine = four_switches();
    for (Gpu& one : machine.gpus) add_switched_nvlinks(one, 18);
    change(machine);
    detail::derive(machine, Knowledge::embedded());
    std::vector<std::string> texts;
    for (const Problem& problem : machine.problems) {
        CHECK_FALSE(problem.remedy.empty());
        texts.push_back(problem.subject + ": " + problem.because);
    }
    return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a machine in order has no problem", "[facts]") {
    CHECK(problems_after([](Machine&) {}) == Texts{});
}

TEST_CASE("a link on fewer lanes than both ends have is a problem, an idle GPU's speed is none", "[facts]") {
    CHECK(problems_after([](Machine& machine) { machine.pci_devices[4].link.width = 8; }) ==
          Texts{"gpu0: its PCIe link runs on 8 of 16 lanes"});
    CHECK(problems_after([](Machine& machine) { machine.pci_devices[4].link.speed_gts = 2.5; }) == Texts{});
    CHECK(problems_after([](Machine& machine) { machine.pci_devices[5].link.speed_gts = 16; }) ==
          Texts{"mlx5_0: its PCIe link runs at 16 of 32 GT/s"});
    // The port above has eight lanes only: this is how the board is made.
    CHECK(problems_after([](Machine& machine) {
              machine.pci_devices[4].link.width = 8;
              machine.pci_devices[2].link.max_width = 8;
          }) == Texts{});
}

TEST_CASE("a GPU with fewer NVLinks than the others is a problem", "[facts]") {
    CHECK(problems_after([](Machine& machine) { machine.gpus[2].nvlinks[3].is_active = false; }) ==
          Texts{"gpu2: 17 of its 18 NVLinks are up"});
    CHECK(problems_after([](Machine& machine) { machine.gpus[2].nvlinks[3].errors["recovery"] = 2; }) ==
          Texts{"gpu2: NVLink 3 recovered 2 times from errors"});
    // An NVLink bridge between pairs is how such a machine is sold.
    CHECK(problems_after([](Machine& machine) {
              for (Gpu& one : machine.gpus) one.nvlinks.clear();
          }) == Texts{});
}

TEST_CASE("a fabric that did not form is a problem", "[facts]") {
    CHECK(problems_after([](Machine& machine) {
              machine.gpus[0].fabric = GpuFabric{FabricState::in_progress, "", "", {}, {}};
          }) == Texts{"gpu0: registration with the NVLink fabric is in progress"});
    CHECK(problems_after([](Machine& machine) {
              machine.gpus[0].fabric = GpuFabric{FabricState::completed, "success", "", {}, {}};
          }) == Texts{});
    CHECK(problems_after([](Machine& machine) {
              machine.gpus[0].fabric = GpuFabric{FabricState::completed, "success", "", {}, {"route unhealthy"}};
          }) == Texts{"gpu0: the NVLink fabric reports: route unhealthy"});
}

TEST_CASE("what waits for a reset, or is worn out, is a problem", "[facts]") {
    CHECK(problems_after([](Machine& machine) {
              machine.gpus[1].is_ecc_enabled = true;
              machine.gpus[1].is_ecc_pending = false;
              machine.gpus[1].is_remap_pending = true;
              machine.gpus[1].has_remap_failed = true;
              machine.gpus[1].throttle_reasons = {"idle", "hardware thermal slowdown"};
          }) == Texts{"gpu1: ECC will be off after a reset", "gpu1: rows of its memory wait to be replaced",
                      "gpu1: rows of its memory could not be replaced",
                      "gpu1: it is slowed down: hardware thermal slowdown"});
}

TEST_CASE("ports without a subnet manager or a cable are problems", "[facts]") {
    CHECK(problems_after([](Machine& machine) { machine.hcas[1].ports[0].state = HcaPortState::init; }) ==
          Texts{"mlx5_1 port 1: it is up and has no LID: no subnet manager answers",
                "mlx5_1: no port of it is up, while 3 HCAs of its model are"});
    CHECK(problems_after([](Machine& machine) {
              machine.hcas[1].ports[0].state = HcaPortState::down;
              machine.hcas[1].ports[0].physical_state = "Polling";
          }) ==
          Texts{"mlx5_1 port 1: it is DOWN (Polling)", "mlx5_1: no port of it is up, while 3 HCAs of its model are"});
}

TEST_CASE("devices that a container shows and does not give are problems", "[facts]") {
    CHECK(problems_after([](Machine& machine) {
              machine.hcas[0].is_usable = false;
              machine.hcas[0].unusable_because = "/dev/infiniband/uverbs0: No such file or directory";
              machine.gpus[3].is_device_openable = false;
          }) == Texts{"gpu3: it is visible, and its device node cannot be opened",
                      "mlx5_0: it is visible, and cannot be used: /dev/infiniband/uverbs0: No such file or directory"});
}

TEST_CASE("ACS between a GPU and its HCA is a problem, told once for a bridge", "[facts]") {
    CHECK(problems_after([](Machine& machine) { machine.pci_devices[2].is_acs_redirecting = true; }) ==
          Texts{"0000:12:00.0: ACS sends traffic between gpu0 and mlx5_0 up to the CPU"});
    // The root port is above the switch: nothing between the two passes it.
    CHECK(problems_after([](Machine& machine) { machine.pci_devices[0].is_acs_redirecting = true; }) == Texts{});
}

TEST_CASE("a fabric manager that is down or of another version is a problem where there are NVSwitches", "[facts]") {
    const auto with = [](std::optional<bool> is_running, const std::string& version) {
        return problems_after([&](Machine& machine) {
            machine.gpu_driver_version = "550.54.15";
            machine.pci_devices.push_back(pci("0000:c0:00.0", "pci0000:c0", PciKind::nvswitch, 1));
            machine.services = {{"nvidia-fabricmanager", is_running, version, ""}};
        });
    };
    CHECK(with(true, "550.54.15-1") == Texts{});
    CHECK(
        with(false, "550.54.15-1") ==
        Texts{
            "nvidia-fabricmanager: it is not running, and this machine has NVSwitches: CUDA will fail with error 802"});
    CHECK(with(true, "535.161.08-1") ==
          Texts{"nvidia-fabricmanager: its version is 535.161.08-1, that of the driver 550.54.15; they must be equal"});
}
