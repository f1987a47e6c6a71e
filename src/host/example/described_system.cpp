// SPDX-License-Identifier: Apache-2.0
// Two sockets of 56 cores, 2 TiB of memory, Ubuntu 24.04, and a root login with the limits of a tuned server.
#include <fmt/format.h>

#include "host/example/described_host.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::uint64_t gib = 1ULL << 30;
constexpr std::uint64_t node_kib = (1024 * gib - 8 * gib) / 1024;  // 1 TiB of DIMMs, less what the firmware keeps
constexpr std::uint64_t terabyte = 1'000'000'000'000;

void describe_filesystem(DescribedHost& host, const std::string& path, const std::string& resolved,
                         std::uint64_t total_bytes, std::uint64_t free_bytes) {
    host.shaped_call("statvfs(" + path + ")", calls::Statvfs{resolved, total_bytes, free_bytes});
}

void describe_filesystems(DescribedHost& host) {
    host.text("/proc/self/mountinfo",
              "24 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n"
              "27 24 0:26 / /dev/shm rw,nosuid,nodev shared:4 - tmpfs tmpfs rw,inode64\n"
              "30 24 0:29 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw\n"
              "96 24 9:0 / /data rw,relatime shared:60 - xfs /dev/md0 rw\n");
    describe_filesystem(host, "/dev/shm", "/dev/shm", 1008 * gib, 1008 * gib);
    describe_filesystem(host, "/root/.cache", "/root", 1'888 * terabyte / 1000, 1'510 * terabyte / 1000);
    describe_filesystem(host, "/root/.local/state", "/root", 1'888 * terabyte / 1000, 1'510 * terabyte / 1000);
    const std::string& model = host.identity().model_path;
    describe_filesystem(host, model, model, 30'720 * terabyte / 1000, 24'500 * terabyte / 1000);
}

void describe_numa(DescribedHost& host) {
    const std::string base = "/sys/devices/system/node";
    host.list(base, {"has_cpu", "has_memory", "node0", "node1", "online", "possible"});
    for (int node = 0; node < 2; ++node) {
        const std::string folder = fmt::format("{}/node{}", base, node);
        host.file(folder + "/cpulist", node == 0 ? "0-55,112-167" : "56-111,168-223");
        host.file(folder + "/meminfo", fmt::format("Node {} MemTotal:       {} kB", node, node_kib));
        host.file(folder + "/distance", node == 0 ? "10 21" : "21 10");
    }
}

}  // namespace

void describe_system(DescribedHost& host) {
    const HostIdentity& identity = host.identity();
    host.call("gethostname()", identity.name);
    host.shaped_call("uname()", calls::Uname{"Linux", identity.name, "6.8.0-60-generic", "#63-Ubuntu SMP", "x86_64"});
    host.shaped_call("getpwuid()", calls::User{"root", "/root"});
    host.shaped_call("cpuinfo()", calls::CpuCount{224, 2, 112});
    host.shaped_call("clock()", calls::Clock{0.0004 * identity.number, 0.0009});
    host.text("/etc/os-release",
              "PRETTY_NAME=\"Ubuntu 24.04.3 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\nID=ubuntu\n");
    host.file("/proc/sys/kernel/random/boot_id", fmt::format("00000000-0000-4000-8000-{:012}", identity.number));
    host.file("/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz-6.8.0-60-generic root=/dev/nvme0n1p2 ro iommu=pt");
    host.text("/proc/cpuinfo",
              "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\n"
              "model name\t: Intel(R) Xeon(R) Platinum 8480C\nphysical id\t: 0\ncore id\t\t: 0\n"
              "flags\t\t: fpu sse sse2 avx avx2 avx512f avx512_bf16 amx_bf16 amx_tile amx_int8\n");
    host.text("/proc/meminfo",
              fmt::format("MemTotal:       {} kB\nMemFree:        {} kB\nMemAvailable:   {} kB\n", 2 * node_kib,
                          2 * node_kib - 24 * gib / 1024, 2 * node_kib - 20 * gib / 1024));
    describe_numa(host);
    describe_filesystems(host);
    for (const PlannedPort& port : identity.ports) {
        host.shaped_call(fmt::format("bind({}:{})", port.address, port.port), calls::Bind{true, "", ""});
    }
}

void describe_limits(DescribedHost& host) {
    for (const char* limit : {"MEMLOCK", "NPROC", "AS", "CORE"}) {
        host.shaped_call(fmt::format("getrlimit(RLIMIT_{})", limit), calls::Rlimit{});
    }
    host.shaped_call("getrlimit(RLIMIT_NOFILE)", calls::Rlimit{1'048'576, 1'048'576});
    host.shaped_call("getrlimit(RLIMIT_STACK)", calls::Rlimit{8 << 20, std::nullopt});
    host.file("/sys/devices/system/cpu/online", "0-223");
    host.file("/proc/self/cgroup", "0::/user.slice/user-0.slice/session-1.scope");
    host.file("/proc/1/cgroup", "0::/init.scope");
    const std::string group = "/sys/fs/cgroup/user.slice/user-0.slice";
    for (const std::string& folder : {std::string("/sys/fs/cgroup/user.slice"), group, group + "/session-1.scope"}) {
        host.file(folder + "/memory.max", "max");
    }
    host.file("/sys/fs/cgroup/cpuset.cpus.effective", "0-223");
    host.file("/proc/self/status", "CapEff:\t000001ffffffffff");
    for (const char* size : {"1048576kB", "2048kB"}) {
        const std::string name = fmt::format("hugepages-{}", size), base = "/sys/kernel/mm/hugepages";
        host.list(base, {name});
        host.file(fmt::format("{}/{}/nr_hugepages", base, name), 0);
        host.file(fmt::format("{}/{}/free_hugepages", base, name), 0);
    }
}

}  // namespace r1cluster::detail
