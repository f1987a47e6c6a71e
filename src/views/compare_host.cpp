// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/units.hpp"
#include "views/changes.hpp"
#include "views/words.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t most_shards_named = 6;

/// Unlimited is more than any number; what was not known before or after tells nothing.
void compare_limit(std::string_view what, const std::optional<Limit>& before, const std::optional<Limit>& after,
                   std::string (*shown)(std::uint64_t), Changes& changes) {
    if (!before || !after || *before == *after) return;
    const auto text = [&](const std::optional<Limit>& limit) {
        return limit->is_unlimited ? std::string("unlimited") : shown(limit->value);
    };
    const bool has_fallen = !after->is_unlimited && before->allows(after->value);
    changes.add("limits",
                fmt::format("{} {} from {} to {}", what, has_fallen ? "fell" : "rose", text(before), text(after)),
                has_fallen);
}

void compare_limits(const Limits& before, const Limits& after, Changes& changes) {
    compare_limit("locked memory", before.memlock_bytes, after.memlock_bytes, format_bytes, changes);
    compare_limit("open files", before.open_files, after.open_files, format_count, changes);
    compare_limit("processes", before.processes, after.processes, format_count, changes);
    compare_limit("memory of the control group", before.cgroup_memory_bytes, after.cgroup_memory_bytes, format_bytes,
                  changes);
    if (before.cgroup_cpus && after.cgroup_cpus && *before.cgroup_cpus != *after.cgroup_cpus) {
        const auto text = [](const std::optional<CpuLimit>& limit) {
            return limit->is_unlimited ? std::string("unlimited") : fmt::format("{:g}", limit->cpus);
        };
        const bool has_fallen =
            !after.cgroup_cpus->is_unlimited &&
            (before.cgroup_cpus->is_unlimited || after.cgroup_cpus->cpus < before.cgroup_cpus->cpus);
        changes.add("limits",
                    fmt::format("CPUs' time of the control group {} from {} to {}", has_fallen ? "fell" : "rose",
                                text(before.cgroup_cpus), text(after.cgroup_cpus)),
                    has_fallen);
    }
    if (before.cgroup_cpuset && after.cgroup_cpuset && *before.cgroup_cpuset != *after.cgroup_cpuset) {
        const auto text = [](const std::string& cpus) { return cpus.empty() ? "all" : cpus; };
        changes.add("limits",
                    fmt::format("CPUs that may be used were {} and are {}", text(*before.cgroup_cpuset),
                                text(*after.cgroup_cpuset)),
                    before.cgroup_cpuset->empty());
    }
    const auto same = [](const std::string& name) { return name; };
    const auto capabilities = matched(before.capabilities, after.capabilities, same);
    for (const std::string* gone : capabilities.gone) changes.add("limits", *gone + " was taken away", true);
    for (const std::string* fresh : capabilities.fresh) changes.add("limits", *fresh + " was given", false);
}

void compare_gpudirect(const GpuDirectRdma& before, const GpuDirectRdma& after, Changes& changes) {
    const std::string subject = "GPUDirect RDMA";
    changes.fact(subject, before.is_peermem_loaded, after.is_peermem_loaded, "nvidia_peermem is loaded now",
                 "nvidia_peermem is not loaded any more", false);
    changes.fact(subject, before.can_peermem_register, after.can_peermem_register, "ib_core takes peer memory now",
                 "ib_core does not take peer memory any more", false);
    changes.fact(subject, before.is_kernel_dmabuf_able, after.is_kernel_dmabuf_able, "the kernel has DMA-BUF now",
                 "the kernel has no DMA-BUF any more", false);
    changes.fact(subject, before.is_driver_open, after.is_driver_open, "the driver's kernel modules are open now",
                 "the driver's kernel modules are not open any more", false);
    changes.fact(subject, before.is_gdrcopy_loaded, after.is_gdrcopy_loaded, "gdrdrv is loaded now",
                 "gdrdrv is not loaded any more", false);
}

bool differs_by_a_percent(const std::optional<std::uint64_t>& before, const std::optional<std::uint64_t>& after) {
    if (!before || !after) return false;
    return std::max(*before, *after) - std::min(*before, *after) > *before / 100;
}

}  // namespace

void compare_system(const HostPair& host, Changes& changes) {
    const auto& [before, after, is_made_up] = host;
    if (!is_made_up && before.boot_id != after.boot_id && !before.boot_id.empty() && !after.boot_id.empty()) {
        changes.add(after.host, "was restarted", false);
    }
    changes.text("operating system", "it", before.operating_system, after.operating_system);
    changes.text("kernel", "it", before.kernel, after.kernel);
    changes.text("GPU driver", "version", before.gpu_driver_version, after.gpu_driver_version);
    if (!before.gpu_driver_version.empty() && after.gpu_driver_version.empty()) {
        changes.add("GPU driver", fmt::format("version was {} and is not seen any more", before.gpu_driver_version),
                    true);
    }
    changes.text("CUDA driver", "version", before.cuda_driver_version, after.cuda_driver_version);
    changes.text("CPU", "model", before.cpu.model, after.cpu.model);
    changes.number<int>("CPU", "count of threads", before.cpu.threads, after.cpu.threads, true);
    changes.number<std::size_t>("NUMA nodes", "how many there are", before.numa_nodes.size(), after.numa_nodes.size(),
                                std::nullopt);
    // Kernels keep more or less of it for themselves.
    if (differs_by_a_percent(before.memory_bytes, after.memory_bytes))
        changes.number<std::uint64_t>("memory", "it", before.memory_bytes, after.memory_bytes, true, format_bytes);
    if (before.container != after.container) {
        const auto text = [](const std::string& kind) {
            return kind.empty() ? "outside of any container" : "within a container (" + kind + ")";
        };
        changes.add(after.host,
                    fmt::format("was read from {} and is from {}", text(before.container), text(after.container)),
                    false);
    }
    const auto size = [](const Hugepages& pages) { return pages.page_bytes; };
    for (const auto& [old, now] : matched(before.hugepages, after.hugepages, size).both) {
        changes.number<std::uint64_t>("huge pages of " + format_bytes(now->page_bytes), "how many there are",
                                      old->total, now->total, std::nullopt);
    }
    compare_limits(before.limits, after.limits, changes);
    compare_gpudirect(before.gpudirect, after.gpudirect, changes);
}

void compare_pci(const HostPair& host, Changes& changes) {
    // GPUs and network controllers are compared as such; what is left is disks, NVSwitches and bridges.
    const auto others = [](const Machine& machine) {
        std::vector<PciDevice> devices;
        for (const PciDevice& device : machine.pci_devices) {
            if (device.kind == PciKind::nvswitch || device.kind == PciKind::nvme || device.kind == PciKind::bridge)
                devices.push_back(device);
        }
        return devices;
    };
    const std::vector<PciDevice> before = others(host.before), after = others(host.after);
    if (host.before.pci_devices.empty() || host.after.pci_devices.empty()) return;
    const auto devices = matched(before, after, [](const PciDevice& device) { return device.address; });
    for (const PciDevice* gone : devices.gone)
        changes.add(gone->address, std::string(to_text(gone->kind)) + " is gone", true);
    for (const PciDevice* fresh : devices.fresh)
        changes.add(fresh->address, std::string(to_text(fresh->kind)) + " is new", false);
    const auto lanes = [](int n) { return fmt::format("{} lanes", n); };
    for (const auto& [old, now] : devices.both)
        changes.number<int>(now->address, "PCIe link width", old->link.width, now->link.width, true, lanes);
    // An HCA's link is a fact of its PCI device.
    const auto address = [](const PciDevice& device) { return device.address; };
    for (const auto& [old, now] : matched(host.before.pci_devices, host.after.pci_devices, address).both) {
        for (const Hca& hca : host.after.hcas) {
            if (hca.pci_address == now->address)
                changes.number<int>(device_name(hca), "PCIe link width", old->link.width, now->link.width, true, lanes);
        }
    }
}

void compare_checkpoint(const HostPair& host, Changes& changes) {
    if (!host.before.checkpoint || !host.after.checkpoint) return;
    const CheckpointDigest& before = *host.before.checkpoint;
    const CheckpointDigest& after = *host.after.checkpoint;
    const std::string subject = "checkpoint " + after.path;
    if (before.config_sha256 != after.config_sha256) changes.add(subject, "config.json is another one", false);
    if (before.index_sha256 != after.index_sha256)
        changes.add(subject, "the index of the shards is another one", false);
    const auto shards = matched(before.shards, after.shards, [](const ShardDigest& shard) { return shard.name; });
    const auto names = [](const std::vector<const ShardDigest*>& list) {
        std::vector<std::string> all;
        for (const ShardDigest* shard : list) all.push_back(shard->name);
        return all;
    };
    if (!shards.gone.empty())
        changes.add(subject, "shards are gone: " + first_of(names(shards.gone), most_shards_named), true);
    if (!shards.fresh.empty())
        changes.add(subject, "shards are new: " + first_of(names(shards.fresh), most_shards_named), false);
    std::vector<const ShardDigest*> broken, other;
    for (const auto& [old, now] : shards.both) {
        if (*old == *now) continue;
        (old->because.empty() && !now->because.empty() ? broken : other).push_back(now);
    }
    if (!broken.empty())
        changes.add(subject, "shards are unreadable now: " + first_of(names(broken), most_shards_named), true);
    if (!other.empty()) changes.add(subject, "shards differ: " + first_of(names(other), most_shards_named), false);
}

void compare_flaws(const HostPair& host, Changes& changes) {
    // A count in a reason grows from day to day and is the same problem still.
    const auto problem_key = [](const Problem& problem) { return std::pair(problem.subject, problem.id); };
    const auto problems = matched(host.before.problems, host.after.problems, problem_key);
    for (const Problem* fresh : problems.fresh) changes.add(fresh->subject, "new problem: " + fresh->because, true);
    for (const Problem* gone : problems.gone) changes.add(gone->subject, "solved: " + gone->because, false);
    const auto gaps =
        matched(host.before.gaps, host.after.gaps, [](const Gap& gap) { return std::pair(gap.key, gap.subject); });
    for (const Gap* fresh : gaps.fresh) changes.add(fresh->subject, "cannot be seen now: " + fresh->because, false);
    for (const Gap* gone : gaps.gone) changes.add(gone->subject, "can be seen now", false);
}

}  // namespace r1cluster::detail
