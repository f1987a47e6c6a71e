// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/views/views.hpp"
#include "support/catch.hpp"
#include "views/views_machines.hpp"

using namespace r1cluster;

namespace {

/// Sentences of what changed, each that is for the worse led by "!".
std::vector<std::string> said(const Machine& before, const Machine& after) {
    Cluster old, now;
    old.machines = {before};
    now.machines = {after};
    std::vector<std::string> sentences;
    for (const Change& change : compare(old, now)) sentences.push_back((change.is_worse ? "!" : "") + change.sentence);
    return sentences;
}

template <class Edit>
std::vector<std::string> after_edit(Edit edit) {
    Machine machine = h100_machine();
    edit(machine);
    return said(h100_machine(), machine);
}

using Sentences = std::vector<std::string>;

}  // namespace

TEST_CASE("a machine read twice has not changed", "[views]") {
    CHECK(said(h100_machine(), h100_machine()).empty());
    CHECK(show(std::vector<Change>{}) == "nothing changed\n");
}

TEST_CASE("what varies by nature is no change", "[views]") {
    CHECK(after_edit([](Machine& machine) {
              machine.memory_available_bytes = 5;
              machine.clock_offset_s = 3;
              machine.gpus[0].memory_free_bytes = 1;
              machine.gpus[0].temperature_c = 90;
              machine.gpus[0].sm_clock_mhz = 210;
              machine.gpus[0].power_w = 700;
              machine.gpus[0].link.speed_gts = 2.5;
              machine.gpus[0].processes = {{4242, "python3", 5}};
              machine.gpus[0].throttle_reasons = {"idle"};
              machine.hcas[0].ports[0].counters["port_xmit_wait"] = 7;
              machine.nics.push_back({"veth1", NicKind::software, true});
              *machine.memory_bytes += 4096;
          }).empty());
}

TEST_CASE("a link that lost lanes is for the worse, and one that won some is not", "[views]") {
    const auto narrow = [](Machine& machine) { machine.gpus[3].link.width = 8; };
    CHECK(after_edit(narrow) == Sentences{"!gpu3: PCIe link width fell from 16 lanes to 8 lanes"});
    Machine before = h100_machine();
    narrow(before);
    CHECK(said(before, h100_machine()) == Sentences{"gpu3: PCIe link width rose from 8 lanes to 16 lanes"});
}

TEST_CASE("a night's damage is told in words, the worse first", "[views]") {
    CHECK(said(h100_machine(), broken_h100_machine()) ==
          Sentences{"!gpu3: PCIe link width fell from 16 lanes to 8 lanes",
                    "!gpu6: count of NVLinks that are up fell from 18 to 17",
                    "!gpu4: NCCL would not use GPUDirect RDMA with mlx5_4 any more",
                    "!mlx5_4: role was compute and is down", "!mlx5_4 port 1: state was ACTIVE and is DOWN",
                    "!gpu3: new problem: PCIe link at 8 of 16 lanes",
                    "!gpu6: new problem: 17 of 18 NVLinks are up: link 4 is down",
                    "!mlx5_4 port 1: new problem: DOWN, polling: no signal from the other end",
                    "ACS of bridges: cannot be seen now: PCI config space beyond 64 bytes is for root",
                    "GPU processes: cannot be seen now: not ours to see"});
}

TEST_CASE("problems that are solved and gaps that closed are said", "[views]") {
    Machine before = h100_machine();
    before.problems = {{"nvlink.errors", Severity::warning, "gpu1", "12 replay errors", ""},
                       {"fabric.failed", Severity::error, "gpu2", "fabric did not form", ""}};
    before.gaps = {{"numa", "numa", "no sysfs", ""}};
    Machine after = h100_machine();
    after.problems = {
        {"nvlink.errors", Severity::warning, "gpu1", "17 replay errors", ""}};  // the same one, a day older
    CHECK(said(before, after) == Sentences{"gpu2: solved: fabric did not form", "numa: can be seen now"});
}

TEST_CASE("updates of driver, kernel, firmware and VBIOS are said and are not for the worse", "[views]") {
    Machine before = h100_machine();
    before.gpus[0].vbios_version = "96.00.30.00.01";
    before.boot_id = "a";
    Machine after = before;
    after.boot_id = "b";
    after.kernel = "5.15.0-107-generic";
    after.gpu_driver_version = "570.86.10";
    after.cuda_driver_version = "12.8";
    after.gpus[0].vbios_version = "96.00.61.00.01";
    after.hcas[0].firmware_version = "28.42.1000";
    CHECK(said(before, after) ==
          Sentences{"node07: was restarted", "kernel: it was 5.15.0-105-generic and is 5.15.0-107-generic",
                    "GPU driver: version was 550.54.15 and is 570.86.10", "CUDA driver: version was 12.4 and is 12.8",
                    "gpu0: VBIOS was 96.00.30.00.01 and is 96.00.61.00.01",
                    "mlx5_0: firmware was 28.39.1002 and is 28.42.1000"});
}

TEST_CASE("a GPU that fell off the bus renumbers the others, and is the one that is gone", "[views]") {
    const auto sentences = after_edit([](Machine& machine) {
        machine.gpus.erase(machine.gpus.begin() + 6);
        machine.gpus[6].nvml_index = 6;
        machine.device_paths.clear();
        machine.gpus[6].hcas.clear();
    });
    CHECK(sentences == Sentences{"!gpu6: is gone: NVIDIA H100 80GB HBM3 at 0000:78:00.0", "gpu6: was gpu7 before"});
}

TEST_CASE("a card in another slot moved, and another card in its slot is another", "[views]") {
    CHECK(after_edit([](Machine& machine) { std::swap(machine.gpus[0].uuid, machine.gpus[1].uuid); }) ==
          Sentences{"gpu1: was gpu0 before", "gpu1: PCI address was 0000:18:00.0 and is 0000:28:00.0",
                    "gpu0: was gpu1 before", "gpu0: PCI address was 0000:28:00.0 and is 0000:18:00.0"});
    CHECK(after_edit([](Machine& machine) { machine.gpus[0].uuid = "GPU-new"; }) ==
          Sentences{"gpu0: is another card than before"});
}

TEST_CASE("UUIDs and addresses that scrubbing made up are no change", "[views]") {
    CHECK(after_edit([](Machine& machine) {
              machine.boot_id = "other";
              for (Gpu& gpu : machine.gpus) gpu.uuid = "GPU-made-up-" + gpu.pci_address;
              machine.nics[0].addresses[0].address = "10.9.9.9";
              machine.hcas[0].ports[0].gids = {};
          }).empty());
}

TEST_CASE("modes of GPUs that cost something are for the worse", "[views]") {
    CHECK(after_edit([](Machine& machine) {
              machine.gpus[0].is_ecc_enabled = false;
              machine.gpus[1].is_mig_enabled = true;
              machine.gpus[2].is_persistent = false;
              machine.gpus[3].fabric->state = FabricState::in_progress;
              machine.gpus[4].power_limit_w = 500;
              machine.gpus[5].memory_bytes = 40960ULL << 20U;
          }) == Sentences{"!gpu0: ECC was switched off", "!gpu1: MIG was switched on",
                          "!gpu2: persistence mode was switched off",
                          "!gpu3: state of the NVLink fabric was completed and is in progress",
                          "!gpu4: power limit fell from 700 W to 500 W",
                          "!gpu5: memory fell from 79.65 GiB to 40.00 GiB"});
}

TEST_CASE("paths between devices that changed are one line", "[views]") {
    CHECK(after_edit([](Machine& machine) {
              for (DevicePath& path : machine.device_paths) {
                  if (path.from == "gpu0" && path.to.starts_with("gpu")) path.path = "SYS";
              }
          }) == Sentences{"!paths: gpu0-gpu1 from NV18 to SYS, gpu0-gpu2 from NV18 to SYS, gpu0-gpu3 from NV18 to SYS, "
                          "gpu0-gpu4 from NV18 to SYS and 3 more"});
}

TEST_CASE("ports, interfaces and limits are compared", "[views]") {
    CHECK(after_edit([](Machine& machine) {
              machine.hcas.erase(machine.hcas.begin() + 8);
              machine.hcas[0].ports[0].rate_gbps = 200;
              machine.nics[0].is_up = false;
              machine.nics[0].mtu = 9000;
              machine.nics[0].addresses = {{"10.0.0.8", 24}};
              machine.limits.memlock_bytes = Limit{65536};
              machine.limits.open_files = Limit{1024};
              machine.gpudirect.is_peermem_loaded = false;
              machine.services[0].is_running = false;
              for (Gpu& gpu : machine.gpus)
                  gpu.uuid = h100_machine().gpus[static_cast<std::size_t>(gpu.nvml_index)].uuid;
          }) == Sentences{"!limits: locked memory fell from unlimited to 64.00 KiB",
                          "!limits: open files fell from unlimited to 1,024",
                          "!GPUDirect RDMA: nvidia_peermem is not loaded any more",
                          "!mlx5_8: is gone: 200 Gb/s InfiniBand, ACTIVE",
                          "!mlx5_0 port 1: rate fell from 400 Gb/s to 200 Gb/s", "!bond0: is down",
                          "!bond0: address 10.0.0.7/24 is gone", "!nvidia-fabricmanager: does not run any more",
                          "bond0: MTU rose from 1500 to 9000", "bond0: address 10.0.0.8/24 is new"});
}

TEST_CASE("packages and checkpoints are compared", "[views]") {
    Machine before = h100_machine();
    before.engine =
        EngineEnvironment{"/opt/vllm/bin/python", "3.11.2", {{"vllm", "0.9.1"}, {"torch", "2.7.0"}, {"x", "1"}}};
    before.checkpoint =
        CheckpointDigest{"/data/r1", "aa", "bb", {{"1.safetensors", 5, "cc", ""}, {"2.safetensors", 5, "dd", ""}}};
    Machine after = before;
    after.engine->packages = {{"vllm", "0.9.2"}, {"torch", "2.7.0"}, {"y", "2"}};
    after.checkpoint->shards = {{"1.safetensors", 4, "", "it ends early"}};
    CHECK(said(before, after) == Sentences{"!engine /opt/vllm/bin/python: packages are gone: x 1",
                                           "!checkpoint /data/r1: shards are gone: 2.safetensors",
                                           "!checkpoint /data/r1: shards are unreadable now: 1.safetensors",
                                           "engine /opt/vllm/bin/python: packages changed: vllm 0.9.1 to 0.9.2",
                                           "engine /opt/vllm/bin/python: packages are new: y 2"});
}

TEST_CASE("machines that are gone, new, or out of reach are said, and ways that broke", "[views]") {
    Cluster before, after;
    before.machines = {h100_machine(), t4_machine(), cpu_machine()};
    after.machines = {h200_vm(), t4_machine(), cpu_machine()};
    after.machines[2].unreachable_because = "timed out";
    before.paths = {{"t4box", "head", "eth0", "", "", true, {}, ""}};
    after.paths = {{"t4box", "head", "", "", "", false, {}, "timed out"}};
    CHECK(show(compare(before, after)) ==
          "4 changes, 3 for the worse\n"
          "worse: node07: is gone\n"
          "worse: head: is not reached any more: timed out\n"
          "worse: t4box t4box -> head: does not connect any more: timed out\n"
          "       vm: is new: 2 x NVIDIA H200 over NV18, 281 GiB, driver 580.159.04; 1 thing not seen\n");
}
