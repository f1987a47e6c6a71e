// SPDX-License-Identifier: Apache-2.0
#include "host/read/made_tree.hpp"
#include "host/read/sources.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

Machine machine_of(const std::vector<std::pair<std::string, std::string>>& files) {
    const MadeTree tree(files);
    Readings readings;
    detail::read_limits(tree.below(readings));
    detail::read_container_marks(tree.below(readings));
    detail::read_gpudirect(tree.below(readings));
    return interpret(readings);
}

using Files = std::vector<std::pair<std::string, std::string>>;

/// A group two deep in the one hierarchy of version 2.
const Files group_v2{{"/proc/self/cgroup", "0::/pod/engine\n"},
                     {"/proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"},
                     {"/sys/devices/system/cpu/online", "0-63\n"},
                     {"/sys/fs/cgroup/cpuset.cpus.effective", "0-63\n"},
                     {"/sys/fs/cgroup/pod/memory.max", "8589934592\n"},
                     {"/sys/fs/cgroup/pod/cpu.max", "1600000 100000\n"},
                     {"/sys/fs/cgroup/pod/cpuset.cpus.effective", "0-31\n"},
                     {"/sys/fs/cgroup/pod/engine/memory.max", "max\n"},
                     {"/sys/fs/cgroup/pod/engine/cpu.max", "max 100000\n"},
                     {"/sys/fs/cgroup/pod/engine/cpuset.cpus.effective", "0-15\n"}};

}  // namespace

TEST_CASE("limits of control groups of version 2 are those of the group and all above it", "[host/read]") {
    const Limits limits = machine_of(group_v2).limits;
    CHECK(limits.cgroup_memory_bytes == Limit{8589934592});
    CHECK(limits.cgroup_cpus == CpuLimit{16});
    CHECK(limits.cgroup_cpuset == "0-15");
}

TEST_CASE("limits of control groups of version 1 stand in a hierarchy each", "[host/read]") {
    const Limits limits =
        machine_of({{"/proc/self/cgroup", "3:cpu,cpuacct:/docker/x\n2:cpuset:/\n4:memory:/docker/x\n"},
                    {"/proc/self/mountinfo",
                     "33 31 0:30 /docker/x /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
                     "34 31 0:31 / /cg/cpuset rw - cgroup cgroup rw,cpuset\n"
                     "35 31 0:32 /docker/x /cg/memory rw - cgroup cgroup rw,memory\n"},
                    {"/sys/devices/system/cpu/online", "0-3\n"},
                    {"/cg/cpu/cpu.cfs_quota_us", "250000\n"},
                    {"/cg/cpu/cpu.cfs_period_us", "100000\n"},
                    {"/cg/cpuset/cpuset.effective_cpus", "0-3\n"},
                    {"/cg/memory/memory.limit_in_bytes", "4096\n"}})
            .limits;
    CHECK(limits.cgroup_cpus == CpuLimit{2.5});
    CHECK(limits.cgroup_cpuset == "");  // all that are online
    CHECK(limits.cgroup_memory_bytes == Limit{4096});
}

TEST_CASE("capabilities have their names", "[host/read]") {
    // Docker's default set, as its documentation gives it, holds none of those that matter here.
    CHECK(machine_of({{"/proc/self/status", "Name:\tx\nCapEff:\t00000000a80425fb\n"}}).limits.capabilities.empty());
    CHECK(machine_of({{"/proc/self/status", "CapEff:\t000001ffffffffff\n"}}).limits.capabilities ==
          std::vector<std::string>{"CAP_NET_ADMIN", "CAP_IPC_LOCK", "CAP_SYS_PTRACE", "CAP_SYS_ADMIN", "CAP_SYS_NICE"});
    CHECK(machine_of({{"/proc/self/status", "CapEff:\t0000000000804000\n"}}).limits.capabilities ==
          std::vector<std::string>{"CAP_IPC_LOCK", "CAP_SYS_NICE"});
}

TEST_CASE("huge pages are counted by their size", "[host/read]") {
    const std::string base = "/sys/kernel/mm/hugepages/hugepages-";
    CHECK(machine_of({{base + "1048576kB/nr_hugepages", "4\n"},
                      {base + "1048576kB/free_hugepages", "3\n"},
                      {base + "2048kB/nr_hugepages", "512\n"},
                      {base + "2048kB/free_hugepages", "0\n"}})
              .hugepages == std::vector<Hugepages>{{2097152, 512, 0}, {1073741824, 4, 3}});
}

TEST_CASE("a container is known by its group or by the files that its engine leaves", "[host/read]") {
    CHECK(machine_of({{"/proc/1/cgroup", "0::/init.scope\n"}}).container.empty());
    CHECK(machine_of({{"/proc/1/cgroup", "0::/\n"}, {"/.dockerenv", ""}}).container == "docker");
    CHECK(machine_of({{"/proc/1/cgroup", "5:cpu:/kubepods/besteffort/pod1/2\n"}, {"/.dockerenv", ""}}).container ==
          "kubernetes");
    CHECK(machine_of({{"/run/.containerenv", "engine=\"podman-4.3.1\"\n"}}).container == "podman");
    CHECK(machine_of({{"/run/systemd/container", "systemd-nspawn\n"}}).container == "systemd-nspawn");
}

TEST_CASE("GPUDirect's modules are loaded, or are not, or were not looked for", "[host/read]") {
    const GpuDirectRdma with =
        machine_of({{"/sys/module/nvidia_peermem/version", "580.159.04\n"}, {"/sys/module/gdrdrv/version", "2.5\n"}})
            .gpudirect;
    CHECK(with.is_peermem_loaded == true);
    CHECK(with.is_gdrcopy_loaded == true);
    CHECK(machine_of({{"/sys/module/ext4/version", ""}}).gpudirect.is_peermem_loaded == false);
    CHECK(machine_of({}).gpudirect.is_peermem_loaded == std::nullopt);
    CHECK(machine_of({{"/sys/module/ext4/x", ""}, {"/sys/kernel/mm/memory_peers/nv_mem/version", "1.3\n"}})
              .gpudirect.is_peermem_loaded == true);
}

TEST_CASE("whether ib_core takes peer memory is asked where there is an adapter", "[host/read]") {
    const std::string filler(200'000, 'x');
    const std::string name = "ib_register_peer_memory_client";
    CHECK(machine_of({{"/proc/kallsyms", name}}).gpudirect.can_peermem_register == std::nullopt);
    for (const std::size_t at : {0UL, 65'500UL, 65'520UL, 65'536UL}) {  // also where two pieces meet
        const std::string text = std::string(at, 'x') + "\n0000000000000000 T " + name + "\t[ib_core]\n" + filler;
        CHECK(machine_of({{"/sys/class/infiniband/mlx5_0/fw_ver", ""}, {"/proc/kallsyms", text}})
                  .gpudirect.can_peermem_register == true);
    }
    CHECK(machine_of({{"/sys/class/infiniband/mlx5_0/fw_ver", ""},
                      {"/proc/kallsyms", "0000000000000000 t __" + name + "\n0000000000000000 t " + name + "_old\n"}})
              .gpudirect.can_peermem_register == false);
}

TEST_CASE("DMA-BUF needs Linux 5.12 and the open driver", "[host/read]") {
    const std::vector<std::pair<std::string, bool>> cases{
        {"5.12.0", true}, {"5.11.22-generic", false}, {"6.1.0-18-amd64", true}, {"4.18.0-553.el8", false}};
    for (const auto& [release, is_able] : cases) {
        Readings readings;
        readings.calls["uname()"] = {calls::to_text(calls::Uname{"Linux", "n", release, "", "x86_64"}), ""};
        CHECK(interpret(readings).gpudirect.is_kernel_dmabuf_able == is_able);
    }
    Readings readings;
    readings.files["/proc/driver/nvidia/version"] = {
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04  Release Build\n", ""};
    CHECK(interpret(readings).gpudirect.is_driver_open == true);
    readings.files["/proc/driver/nvidia/version"] = {
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\n", ""};
    CHECK(interpret(readings).gpudirect.is_driver_open == false);
}

TEST_CASE("a virtual machine that boots from the image of a container is none", "[host/read]") {
    const MadeTree tree({{"/.dockerenv", ""}, {"/proc/2/comm", "kthreadd\n"}});
    for (const auto& [type, container] : {std::pair("ext4", ""), std::pair("overlay", "docker")}) {
        tree.file("/proc/self/mountinfo", std::string("22 1 0:20 / / rw shared:1 - ") + type + " /dev/vda rw\n");
        Readings readings;
        detail::read_limits(tree.below(readings));
        detail::read_container_marks(tree.below(readings));
        detail::read_services(tree.below(readings));
        CHECK(interpret(readings).container == container);
    }
}
