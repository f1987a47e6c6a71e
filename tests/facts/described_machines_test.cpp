// SPDX-License-Identifier: Apache-2.0
// Machines that tests/support/describe_machines.py describes: each is healthy and wholly seen but for what its case
// says.
#include "facts/describe.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/host/read/read.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

Machine machine_of(const std::string& name) {
    return interpret(load_recording(std::string(R1CLUSTER_DESCRIBED_MACHINES) + "/" + name)).machines.at(0);
}

using Lines = std::vector<std::string>;

/// "subject: because" of each problem, or gap.
template <class T>
Lines lines_of(const std::vector<T>& all) {
    Lines lines;
    for (const T& one : all) lines.push_back(one.subject + ": " + one.because);
    return lines;
}

std::string path_of(const Machine& machine, const std::string& from, const std::string& to) {
    for (const DevicePath& path : machine.device_paths) {
        if (path.from == from && path.to == to) return path.path;
    }
    return "no such pair";
}

std::string role_of(const Hca& hca) { return std::string(detail::to_value(hca.role).as_string()); }

/// Role -> how many HCAs have it.
std::map<std::string, int> roles_of(const Machine& machine) {
    std::map<std::string, int> roles;
    for (const Hca& hca : machine.hcas) ++roles[role_of(hca)];
    return roles;
}

const Hca& hca_of(const Machine& machine, const std::string& name) {
    for (const Hca& hca : machine.hcas) {
        if (hca.name == name) return hca;
    }
    FAIL("no HCA " << name);
    return machine.hcas.front();
}

}  // namespace

TEST_CASE("eight A100 PCIe without NVLink reach each other by switch, socket and between sockets", "[facts]") {
    const Machine machine = machine_of("a100-8gpu-pcie");
    CHECK(machine.gpus.at(0).nvlinks.empty());
    CHECK(path_of(machine, "gpu0", "gpu1") == "PIX");
    CHECK(path_of(machine, "gpu0", "gpu2") == "NODE");
    CHECK(path_of(machine, "gpu0", "gpu4") == "SYS");
    CHECK(lines_of(machine.problems).empty());
    CHECK(lines_of(machine.gaps).empty());
}

TEST_CASE("InfiniBand ports that manage NVSwitches are no rails of eight B200", "[facts]") {
    const Machine machine = machine_of("b200-8gpu-management-ports");
    CHECK(roles_of(machine) == std::map<std::string, int>{{"compute", 8}, {"storage or management", 4}});
    CHECK(hca_of(machine, "mlx5_8").role_because ==
          "100 Gb/s InfiniBand, unlike the 8 ports for GPUs; its network interface or the routes were not seen");
    CHECK(lines_of(machine.problems).empty());
}

TEST_CASE("a server without GPU says that NVML is not there, and nothing else is missing", "[facts]") {
    const Machine machine = machine_of("epyc-without-gpu");
    CHECK(machine.gpus.empty());
    CHECK(lines_of(machine.gaps) == Lines{"gpus: nvmlInit_v2(): libnvidia-ml.so.1 not found"});
    CHECK(lines_of(machine.problems).empty());
}

TEST_CASE("four GB200 wait for an NVLink fabric that has not formed", "[facts]") {
    const Machine machine = machine_of("gb200-4gpu-fabric-in-progress");
    CHECK(lines_of(machine.problems) == Lines{"gpu0: registration with the NVLink fabric is in progress",
                                              "gpu1: registration with the NVLink fabric is in progress",
                                              "gpu2: registration with the NVLink fabric is in progress",
                                              "gpu3: registration with the NVLink fabric is in progress"});
    CHECK(machine.services.at(0).name == "nvidia-imex");
    CHECK(machine.services.at(0).is_running == false);
    CHECK(lines_of(machine.gaps) == Lines{"cpu model: /proc/cpuinfo has no \"model name\""});  // as on every Grace
}

TEST_CASE("a bond of two Ethernet ports is one HCA and one network interface", "[facts]") {
    const Machine machine = machine_of("h100-8gpu-bonded-roce");
    REQUIRE(machine.hcas.size() == 1);
    CHECK(machine.hcas[0].ports.at(0).netdev == "bond0");
    CHECK(role_of(machine.hcas[0]) == "compute");
    CHECK(machine.nics.at(0).kind == NicKind::bond);
    CHECK(machine.nics.at(0).lower == std::vector<std::string>{"ens1f0np0", "ens1f1np1"});
    CHECK(machine.gpus.at(0).hcas.at(0).uses_gpudirect == false);  // it is beside no GPU
    CHECK(lines_of(machine.problems).empty());
}

TEST_CASE("a container without /dev/infiniband sees HCAs that it cannot use, and its small limits", "[facts]") {
    const Machine machine = machine_of("h100-8gpu-container");
    CHECK(machine.container == "docker");
    CHECK(machine.problems.size() == 8);
    CHECK(lines_of(machine.problems).at(7) ==
          "mlx5_7: it is visible, and cannot be used: /dev/infiniband/uverbs7: No such file or directory");
    CHECK(machine.filesystems.at(0).total_bytes == 64 << 20);
    CHECK(machine.limits.capabilities.empty());
}

TEST_CASE("a driver that was upgraded without a reboot is loaded in one version and on disk in another", "[facts]") {
    const Machine machine = machine_of("h100-8gpu-driver-mismatch");
    CHECK(machine.gpus.size() == 8);
    CHECK(lines_of(machine.gaps).back() ==
          "gpus: nvmlInit_v2(): Driver/library version mismatch; the GPUs are as /proc/driver/nvidia shows them");
    CHECK(machine.gpu_driver_version == "580.95.05");
    CHECK(lines_of(machine.problems) ==
          Lines{"GPU driver: version 580.95.05 is loaded, and 580.105.08 is on disk: NVML will refuse"});
}

TEST_CASE("whether an EFA device uses GPUDirect RDMA is for its plugin to say", "[facts]") {
    const Machine machine = machine_of("h100-8gpu-efa");
    CHECK(machine.gpus.at(3).hcas.at(0) ==
          NearHca{"rdmap82s0",
                  "PIX",
                  NcclPath::pix,
                  {},
                  "an EFA device, which NCCL reaches by the plugin aws-ofi-nccl: that decides"});
    CHECK(lines_of(machine.problems).empty());
    CHECK(lines_of(machine.gaps).empty());
}

TEST_CASE("a GPU that has fallen off the bus is a gap, and the seven others keep their numbers", "[facts]") {
    const Machine machine = machine_of("h100-8gpu-lost");
    REQUIRE(machine.gpus.size() == 7);
    CHECK(machine.gpus[4].nvml_index == 4);
    CHECK(machine.gpus[5].nvml_index == 6);
    CHECK(lines_of(machine.gaps) == Lines{"GPU 5: GPU is lost"});
}

TEST_CASE("a GPU that is cut into MIG devices says so and names them", "[facts]") {
    const Machine machine = machine_of("h100-8gpu-mig");
    CHECK(machine.gpus.at(1).is_mig_enabled == false);
    CHECK(machine.gpus.at(2).is_mig_enabled == true);
    CHECK(machine.gpus.at(2).mig_devices == std::vector<std::string>{"MIG-00000000-0000-4000-8000-000000000001",
                                                                     "MIG-00000000-0000-4000-8000-000000000002"});
    CHECK(lines_of(machine.problems).empty());
}

TEST_CASE("a fabric manager that does not run is a problem, and each GPU says what follows", "[facts]") {
    const Machine machine = machine_of("h100-8gpu-no-fabricmanager");
    REQUIRE(machine.problems.size() == 9);
    CHECK(lines_of(machine.problems).at(0) ==
          "nvidia-fabricmanager: it is not running, and this machine has NVSwitches: CUDA will fail with error 802");
    CHECK(lines_of(machine.problems).at(1) == "gpu0: registration with the NVLink fabric is not started");
    CHECK(lines_of(machine.gaps).empty());
}

TEST_CASE("slower Ethernet ports beside no GPU are storage, not rails", "[facts]") {
    const Machine machine = machine_of("h100-8gpu-roce-storage");
    CHECK(roles_of(machine) == std::map<std::string, int>{{"compute", 8}, {"storage or management", 2}});
    CHECK(role_of(hca_of(machine, "mlx5_9")) == "storage or management");
    CHECK(machine.gpus.at(7).hcas.at(0).hca == "mlx5_7");
    CHECK(machine.gpus.at(7).hcas.at(0).uses_gpudirect == true);
    CHECK(lines_of(machine.problems).empty());
    CHECK(lines_of(machine.gaps).empty());
}

TEST_CASE("a PCIe link on half of its lanes and an NVLink that is down are two problems", "[facts]") {
    const Machine machine = machine_of("h100-8gpu-worn");
    CHECK(lines_of(machine.problems) ==
          Lines{"gpu3: its PCIe link runs on 8 of 16 lanes", "gpu6: 17 of its 18 NVLinks are up"});
    CHECK(lines_of(machine.gaps).empty());
}

TEST_CASE("ACS that redirects is a problem of each bridge between a GPU and its HCA", "[facts]") {
    const Machine machine = machine_of("l40s-4gpu-acs");
    CHECK(lines_of(machine.problems) == Lines{"0000:22:00.0: ACS sends traffic between gpu0 and mlx5_0 up to the CPU",
                                              "0000:22:01.0: ACS sends traffic between gpu1 and mlx5_0 up to the CPU",
                                              "0000:42:00.0: ACS sends traffic between gpu2 and mlx5_1 up to the CPU",
                                              "0000:42:01.0: ACS sends traffic between gpu3 and mlx5_1 up to the CPU"});
    CHECK(lines_of(machine.gaps).empty());
}
