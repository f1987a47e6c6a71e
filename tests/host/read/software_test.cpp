// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "host/read/made_tree.hpp"
#include "host/read/sources.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

const std::string dpkg =
    "Package: nvidia-fabricmanager-550\nStatus: install ok installed\nVersion: 550.54.15-1\n\n"
    "Package: libibverbs1\nStatus: install ok installed\nArchitecture: amd64\nVersion: 44.0-2\n\n"
    "Package: nvidia-imex\nStatus: deinstall ok config-files\nVersion: 570.1-1\n\n"
    "Package: bash\nStatus: install ok installed\nVersion: 5.2\n\n"
    "Package: libnccl2\nStatus: hold ok installed\nVersion: 2.28.9-1+cuda13.0\n";

Machine machine_of(const MadeTree& tree, const std::vector<std::string>& site_packages = {}) {
    Readings readings;
    detail::read_services(tree.below(readings));
    detail::read_software(tree.below(readings));
    for (const std::string& folder : site_packages) tree.below(readings).names(folder);
    detail::read_engine_software(tree.below(readings), site_packages);
    return interpret(readings);
}

Machine machine_with_proxy(const MadeTree& tree, const std::string& program) {
    Readings readings;
    detail::read_services(tree.below(readings));
    detail::read_proxy(tree.below(readings), program);
    return interpret(readings);
}

std::vector<SoftwareBuild> builds(const Machine& machine, const std::string& name) {
    std::vector<SoftwareBuild> found;
    for (const SoftwareBuild& one : machine.software) {
        if (one.name == name) found.push_back(one);
    }
    return found;
}

}  // namespace

TEST_CASE("a service that runs is known by its process, its version by its package", "[host/read]") {
    const MadeTree tree(Files{{"/proc/2/comm", "kthreadd\n"},
                              {"/proc/812/comm", "nv-fabricmanage\n"},
                              {"/proc/813/comm", "bash\n"},
                              {"/usr/lib/systemd/system/nvidia-persistenced.service", ""},
                              {"/var/lib/dpkg/status", dpkg}});
    CHECK(machine_of(tree).services ==
          std::vector<Service>{
              {"nvidia-fabricmanager", true, "550.54.15", "process 812 \"nv-fabricmanage\""},
              {"nvidia-persistenced", false, "",
               "/usr/lib/systemd/system/nvidia-persistenced.service is there, and no process \"nvidia-persiste\""}});
}

TEST_CASE("inside a container a service that does not show may still run", "[host/read]") {
    const MadeTree tree(Files{{"/proc/1/comm", "python3\n"}, {"/lib/systemd/system/docker.service", ""}});
    const Machine machine = machine_of(tree);
    REQUIRE(machine.services.size() == 1);
    CHECK(machine.services[0].is_running == std::nullopt);
    CHECK(std::count_if(machine.gaps.begin(), machine.gaps.end(),
                        [](const Gap& gap) { return gap.subject == "service docker"; }) == 1);
}

TEST_CASE("packages count while they are installed, on hold too", "[host/read]") {
    const MadeTree tree(Files{{"/var/lib/dpkg/status", dpkg}});
    const Machine machine = machine_of(tree);
    CHECK(builds(machine, "fabricmanager") ==
          std::vector<SoftwareBuild>{{"fabricmanager", "550.54.15", "", "nvidia-fabricmanager-550 550.54.15-1"}});
    CHECK(builds(machine, "imex").empty());
}

TEST_CASE("libraries tell their version by where their link leads", "[host/read]") {
    const MadeTree tree(Files{{"/var/lib/dpkg/status", dpkg},
                              {"/var/lib/dpkg/info/libnccl2.list", "/.\n/usr/lib/x86_64-linux-gnu/libnccl.so.2\n"}});
    const std::string folder = "/usr/lib/x86_64-linux-gnu";
    tree.link(folder + "/libcuda.so.1", "libcuda.so.580.159.04");
    tree.link(folder + "/libnccl.so.2", "libnccl.so.2.28.9");
    tree.link(folder + "/libibverbs.so.1", "libibverbs.so.1.14.44.0");
    tree.link("/usr/lib64", "lib/x86_64-linux-gnu");  // the same folder once more
    const Machine machine = machine_of(tree);
    CHECK(builds(machine, "driver_on_disk") ==
          std::vector<SoftwareBuild>{{"driver_on_disk", "580.159.04", folder + "/libcuda.so.1", ""}});
    CHECK(builds(machine, "nccl") ==
          std::vector<SoftwareBuild>{{"nccl", "2.28.9", folder + "/libnccl.so.2", "libnccl2 2.28.9-1+cuda13.0"}});
    CHECK(builds(machine, "libibverbs") ==
          std::vector<SoftwareBuild>{{"libibverbs", "44.0", folder + "/libibverbs.so.1", "libibverbs1 44.0-2"}});
}

TEST_CASE("NCCL of a wheel has the wheel's version, and its bytes are not read", "[host/read]") {
    const std::string site = "/opt/venv/lib/python3.12/site-packages";
    const MadeTree tree(Files{{site + "/nvidia/nccl/lib/libnccl.so.2", "NCCL version 9.9.9+cuda99\n"},
                              {site + "/nvidia_nccl_cu12-2.27.3.dist-info/METADATA", ""},
                              {site + "/torch/version.py",
                               "from typing import Optional\n__all__ = ['__version__', 'cuda']\n"
                               "__version__ = '2.8.0+cu128'\ndebug = False\ncuda: Optional[str] = '12.8'\n"
                               "hip: Optional[str] = None\n"}});
    const Machine machine = machine_of(tree, {site});
    CHECK(builds(machine, "nccl") ==
          std::vector<SoftwareBuild>{
              {"nccl", "2.27.3", site + "/nvidia/nccl/lib/libnccl.so.2", "nvidia-nccl-cu12 2.27.3"}});
    CHECK(builds(machine, "torch") == std::vector<SoftwareBuild>{{"torch", "2.8.0+cu128", site + "/torch", ""}});
    CHECK(builds(machine, "torch_cuda") == std::vector<SoftwareBuild>{{"torch_cuda", "12.8", site + "/torch", ""}});
}

TEST_CASE("NCCL that no package names tells its version by its bytes", "[host/read]") {
    for (const std::size_t before : {0UL, (1UL << 20U) - 5, (1UL << 20U) - 20, 3UL << 20U}) {
        const MadeTree tree(
            Files{{"/usr/local/lib/libnccl.so.2", std::string("NCCL version %d\0", 16) + std::string(before, 'x') +
                                                      std::string("NCCL version 2.21.5+cuda12.4\0x", 30)}});
        CHECK(builds(machine_of(tree), "nccl") ==
              std::vector<SoftwareBuild>{{"nccl", "2.21.5+cuda12.4", "/usr/local/lib/libnccl.so.2", ""}});
    }
    const Machine machine = machine_of(MadeTree(Files{{"/usr/local/lib/libnccl.so.2", "ELF"}}));
    CHECK(builds(machine, "nccl").at(0).version.empty());
    CHECK(std::count(machine.gaps.begin(), machine.gaps.end(),
                     Gap{"software.nccl./usr/local/lib/libnccl.so.2", "NCCL /usr/local/lib/libnccl.so.2",
                         "nccl(/usr/local/lib/libnccl.so.2): no \"NCCL version\" in it", ""}) == 1);
}

TEST_CASE("a CUDA toolkit is listed once, by its version file", "[host/read]") {
    const MadeTree tree(
        Files{{"/usr/local/cuda-12.4/version.json", R"({"cuda": {"name": "CUDA SDK", "version": "12.4.1"}})"},
              {"/usr/local/cuda-10.2/version.txt", "CUDA Version 10.2.89\n"},
              {"/usr/local/cuda-11.0/version.json", "{"}});
    tree.link("/usr/local/cuda", "cuda-12.4");
    const Machine machine = machine_of(tree);
    CHECK(builds(machine, "cuda_toolkit") ==
          std::vector<SoftwareBuild>{{"cuda_toolkit", "10.2.89", "/usr/local/cuda-10.2", ""},
                                     {"cuda_toolkit", "12.4.1", "/usr/local/cuda-12.4", ""}});
    CHECK(std::count_if(machine.gaps.begin(), machine.gaps.end(),
                        [](const Gap& gap) { return gap.subject == "CUDA Toolkit /usr/local/cuda-11.0"; }) == 1);
}

TEST_CASE("OFED is what its own script prints", "[host/read]") {
    const MadeTree tree(
        Files{{"/usr/bin/ofed_info", "#!/bin/bash\nif true; then\n\techo MLNX_OFED_LINUX-24.10-0.7.0.0:\nfi\n"}});
    CHECK(builds(machine_of(tree), "ofed") ==
          std::vector<SoftwareBuild>{{"ofed", "24.10-0.7.0.0", "/usr/bin/ofed_info", ""}});
}

TEST_CASE("NVSwitches that only their driver shows are devices", "[host/read]") {
    const MadeTree tree;
    tree.directory("/proc/driver/nvidia-nvswitch/devices/0000:05:00.0");
    const Machine machine = machine_of(tree);
    REQUIRE(machine.pci_devices.size() == 1);
    CHECK(machine.pci_devices[0].address == "0000:05:00.0");
    CHECK(machine.pci_devices[0].kind == PciKind::nvswitch);
}

TEST_CASE("a host with the RPM database says that it is not read", "[host/read]") {
    const MadeTree tree;
    tree.directory("/var/lib/rpm");
    const Machine machine = machine_of(tree);
    CHECK(std::count(machine.gaps.begin(), machine.gaps.end(),
                     Gap{"packages.dpkg", "package database", "dpkg(): the RPM database is not read", ""}) == 1);
}

TEST_CASE("HAProxy tells its version by its bytes, and is not run", "[host/read]") {
    const std::string bytes(
        "HAProxy version %s\0 since HAProxy version 2.5.\0 version 2.6.12-1+deb12u4, released 2026/10/17\0", 99);
    const MadeTree tree(
        Files{{"/usr/sbin/haproxy", bytes},
              {"/var/lib/dpkg/status", "Package: haproxy\nStatus: install ok installed\nVersion: 2.6.12-1+deb12u4\n"}});
    const Machine machine = machine_with_proxy(tree, "haproxy");
    CHECK(builds(machine, "haproxy") ==
          std::vector<SoftwareBuild>{{"haproxy", "2.6.12-1+deb12u4", "/usr/sbin/haproxy", "haproxy 2.6.12-1+deb12u4"}});
    CHECK(machine.find_gap("software.haproxy") == nullptr);
}

TEST_CASE("HAProxy that is not there, or is something else, is a gap", "[host/read]") {
    const Machine none = machine_with_proxy(MadeTree(Files{}), "haproxy");
    REQUIRE(none.find_gap("software.haproxy"));
    CHECK(none.find_gap("software.haproxy")->code == ReasonCode::not_found);
    CHECK(none.find_gap("software.haproxy")->remedy == "sudo apt-get install haproxy");
    const Machine other = machine_with_proxy(MadeTree(Files{{"/usr/sbin/haproxy", "ELF"}}), "haproxy");
    CHECK(builds(other, "haproxy").empty());
    REQUIRE(other.find_gap("software.haproxy"));
    CHECK(other.find_gap("software.haproxy")->because == "no \"version\" in it");
    CHECK_FALSE(other.find_gap("software.haproxy")->code);
    const Machine elsewhere = machine_with_proxy(MadeTree(Files{}), "/opt/haproxy");
    REQUIRE(elsewhere.find_gap("software.haproxy"));
    CHECK(elsewhere.find_gap("software.haproxy")->code == ReasonCode::not_found);
}
