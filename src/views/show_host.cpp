// SPDX-License-Identifier: Apache-2.0
// What show() says of the host around its devices.
#include <fmt/format.h>

#include <algorithm>

#include "r1cluster/base/units.hpp"
#include "views/branches.hpp"
#include "views/judgement.hpp"
#include "views/words.hpp"

namespace r1cluster::detail {
namespace {

std::string in_nodes_text(const Machine& machine) {
    const auto counted = memory_in_nodes(machine);
    return counted ? fmt::format("; the kernel counts no more than {} of it for NUMA nodes", short_bytes(*counted))
                   : "";
}

std::string bytes_or(const std::optional<std::uint64_t>& bytes, std::string_view otherwise) {
    return bytes ? format_bytes(*bytes) : std::string(otherwise);
}

std::string limit_text(const std::optional<Limit>& limit, std::string (*shown)(std::uint64_t)) {
    if (!limit) return "unknown";
    return limit->is_unlimited ? "unlimited" : shown(limit->value);
}

std::string counted(const std::optional<int>& count, std::string_view noun) {
    return count ? plural(static_cast<std::size_t>(std::max(*count, 0)), noun) : fmt::format("{}s unknown", noun);
}

std::string limits_text(const Limits& limits) {
    std::string text =
        fmt::format("Limits: locked memory {}, open files {}, processes {}, control group {}",
                    limit_text(limits.memlock_bytes, format_bytes), limit_text(limits.open_files, format_count),
                    limit_text(limits.processes, format_count), limit_text(limits.cgroup_memory_bytes, format_bytes));
    if (limits.cgroup_cpus && !limits.cgroup_cpus->is_unlimited) {
        text += fmt::format(", {:g} CPUs' time", limits.cgroup_cpus->cpus);
    }
    if (!limits.cgroup_cpuset.value_or("").empty()) text += ", CPUs " + *limits.cgroup_cpuset;
    if (!limits.capabilities.empty()) text += ", " + joined(limits.capabilities, " ");
    return text;
}

std::string nic_text(const Nic& nic) {
    std::string line = fmt::format("{}: {}, {}", nic.name,
                                   nic.kind == NicKind::unknown ? "kind not known" : to_text(nic.kind), state_of(nic));
    if (nic.mtu) line += fmt::format(", MTU {}", *nic.mtu);
    if (nic.speed_mbps && *nic.speed_mbps > 0)
        line += fmt::format(", {:g} Gb/s", static_cast<double>(*nic.speed_mbps) / 1000);
    if (nic.numa_node) line += fmt::format(", NUMA node {}", *nic.numa_node);
    if (nic.vlan_id) line += fmt::format(", VLAN {}", *nic.vlan_id);
    if (!nic.lower.empty()) line += " of " + joined(nic.lower, " ");
    if (!nic.master.empty()) line += ", part of " + nic.master;
    for (const NicAddress& address : nic.addresses)
        line += fmt::format(", {}/{}", address.address, address.prefix_length);
    return line;
}

/// Bridges and pairs of containers come by the dozen; one that is up and has an address may carry traffic.
bool is_of_note(const Nic& nic) { return nic.kind != NicKind::software && nic.kind != NicKind::loopback; }

std::string yes_no(const std::optional<bool>& fact, std::string_view what, std::string_view otherwise) {
    return std::string(fact ? (*fact ? what : otherwise) : std::string_view());
}

std::string host_gpudirect_text(const GpuDirectRdma& facts) {
    std::vector<std::string> parts{
        yes_no(facts.is_peermem_loaded, "nvidia_peermem loaded", "nvidia_peermem not loaded"),
        yes_no(facts.can_peermem_register, "ib_core takes peer memory", "ib_core takes no peer memory"),
        yes_no(facts.is_kernel_dmabuf_able, "kernel has DMA-BUF", "kernel too old for DMA-BUF"),
        yes_no(facts.is_driver_open, "driver open (DMA-BUF)", "driver not open (no DMA-BUF)"),
        yes_no(facts.is_gdrcopy_loaded, "gdrdrv loaded", "gdrdrv not loaded")};
    parts.erase(std::remove(parts.begin(), parts.end(), ""), parts.end());
    return joined(parts);
}

Branch services_branch(const Machine& machine) {
    Branch branch{"Services"};
    for (const Service& service : machine.services) {
        std::string text = service.name + (service.version.empty() ? "" : " " + service.version) + ": ";
        text += service.is_running ? (*service.is_running ? "runs" : "does not run") : "not known";
        branch.branches.push_back({text + (service.because.empty() ? "" : ", " + service.because)});
    }
    return branch;
}

std::string runtime_text(const ContainerRuntime& runtime) {
    std::string text = runtime.name + ": ";
    text += runtime.is_usable ? (*runtime.is_usable ? "usable" : "not usable") : "not known whether usable";
    if (!runtime.is_usable.value_or(true) && !runtime.because.empty()) text += " (" + runtime.because + ")";
    text += runtime.gives_gpus ? ", gives GPUs" : ", gives no GPUs";
    if (!runtime.gpus_because.empty()) text += " (" + runtime.gpus_because + ")";
    if (runtime.shm_bytes) text += ", /dev/shm " + format_bytes(*runtime.shm_bytes);
    return runtime.memlock_bytes ? text + ", locked memory " + limit_text(runtime.memlock_bytes, format_bytes) : text;
}

}  // namespace

Branch problems_branch(const Machine& machine) {
    Branch branch{"Problems"};
    for (const Problem& problem : machine.problems) {
        branch.branches.push_back({fmt::format("{}: {}{}", problem.subject, problem.because,
                                               problem.remedy.empty() ? "" : " -> " + problem.remedy)});
    }
    return branch;
}

Branch gaps_branch(const Machine& machine) {
    Branch branch{"Not seen"};
    for (const Gap& gap : machine.gaps) {
        branch.branches.push_back(
            {fmt::format("{}: {}{}", gap.subject, gap.because, gap.remedy.empty() ? "" : " -> " + gap.remedy)});
    }
    return branch;
}

Branch system_branch(const Machine& machine) {
    const Cpu& cpu = machine.cpu;
    Branch branch{fmt::format("System: {}, Linux {}",
                              machine.operating_system.empty() ? "not seen" : machine.operating_system,
                              machine.kernel.empty() ? "not seen" : machine.kernel)};
    if (!machine.container.empty()) branch.line += ", seen from within a container (" + machine.container + ")";
    if (!machine.gpu_driver_version.empty()) branch.line += ", driver " + machine.gpu_driver_version;
    if (!machine.cuda_driver_version.empty()) branch.line += ", CUDA " + machine.cuda_driver_version;
    // Documents of other tools say nothing of the host; one line tells as much as five.
    const bool is_seen = !machine.kernel.empty() || !cpu.model.empty() || machine.memory_bytes;
    if (is_seen)
        branch.branches.push_back(
            {fmt::format("CPU: {}, {}, {}, {}", cpu.model.empty() ? "unknown" : cpu.model,
                         counted(cpu.sockets, "socket"), counted(cpu.cores, "core"), counted(cpu.threads, "thread"))});
    if (is_seen)
        branch.branches.push_back(
            {fmt::format("Memory: {}, {} available{}", bytes_or(machine.memory_bytes, "unknown"),
                         bytes_or(machine.memory_available_bytes, "unknown"), in_nodes_text(machine))});
    for (const NumaNode& node : machine.numa_nodes) {
        std::string line = fmt::format("NUMA node {}: CPUs {}", node.id, node.cpus.empty() ? "none" : node.cpus);
        if (node.memory_bytes) line += ", " + short_bytes(*node.memory_bytes);
        if (machine.numa_nodes.size() > 1 && !node.distances.empty())
            line += fmt::format(", distances {}", fmt::join(node.distances, " "));
        branch.branches.push_back({line});
    }
    for (const Hugepages& pages : machine.hugepages) {
        if (pages.total == 0) continue;
        branch.branches.push_back({fmt::format("Huge pages: {} of {}, {} free", format_count(pages.total),
                                               format_bytes(pages.page_bytes), format_count(pages.free))});
    }
    if (is_seen) branch.branches.push_back({limits_text(machine.limits)});
    if (machine.clock_offset_s) {
        branch.branches.push_back({fmt::format("Clock: {:+.3f} s from ours, known to {:.3f} s", *machine.clock_offset_s,
                                               machine.clock_uncertainty_s.value_or(0))});
    }
    if (!machine.sources.empty()) branch.branches.push_back({"Seen by: " + joined(machine.sources)});
    return branch;
}

Branch network_branch(const Machine& machine) {
    Branch branch{"Network"};
    std::vector<std::string> others;
    for (const Nic& nic : machine.nics) {
        if (is_of_note(nic) || (nic.kind == NicKind::software && nic.is_up.value_or(false) && !nic.addresses.empty()))
            branch.branches.push_back({nic_text(nic)});
        else if (nic.kind == NicKind::software)
            others.push_back(nic.name);
    }
    if (!others.empty())
        branch.branches.push_back(
            {fmt::format("{}: {}", plural(others.size(), "virtual interface"), joined(others, " "))});
    for (const Route& route : machine.routes) {
        branch.branches.push_back(
            {fmt::format("to {}: {} from {}{}", route.destination, route.interface, route.source_address,
                         route.gateway.empty() ? "" : " by " + route.gateway)});
    }
    if (machine.route_policies.size() > 3) {  // Linux has three of its own for IPv4
        branch.branches.push_back({plural(machine.route_policies.size(), "rule") + " choose among routing tables"});
    }
    for (const Firewall& firewall : machine.firewalls) {
        if (!firewall.is_active.value_or(true)) continue;
        branch.branches.push_back(
            {fmt::format("firewall {}: {}{}", firewall.name, firewall.is_active ? "active" : "not known",
                         firewall.because.empty() ? "" : ", " + firewall.because)});
    }
    for (const NameResolution& name : machine.names) {
        branch.branches.push_back({name.because.empty() ? name.name + " is " + joined(name.addresses, " ")
                                                        : name.name + " does not resolve: " + name.because});
    }
    for (const PortState& port : machine.ports) {
        const std::string state =
            port.is_free ? "free" : port.because + (port.holder.empty() ? "" : ", " + port.holder);
        branch.branches.push_back({fmt::format("port {}:{}: {}", port.address, port.port, state)});
    }
    return branch;
}

Branch software_branch(const Machine& machine) {
    Branch branch{"Software"};
    if (!machine.services.empty()) branch.branches.push_back(services_branch(machine));
    if (const std::string text = host_gpudirect_text(machine.gpudirect); !text.empty())
        branch.branches.push_back({"GPUDirect RDMA: " + text});
    for (const ContainerRuntime& runtime : machine.container_runtimes)
        branch.branches.push_back({runtime_text(runtime)});
    for (const SoftwareBuild& build : machine.software) {
        branch.branches.push_back(
            {fmt::format("{} {}: {}{}", build.name, build.version.empty() ? "of unknown version" : build.version,
                         build.path, build.package.empty() ? "" : " (" + build.package + ")")});
    }
    if (machine.engine) {
        const std::string packages = engine_packages(*machine.engine);
        branch.branches.push_back(
            {fmt::format("Engine: {}, Python {}: {}", machine.engine->python, machine.engine->python_version,
                         packages.empty() ? "no engine among its packages" : packages)});
    }
    return branch;
}

Branch files_branch(const Machine& machine) {
    Branch branch{"Files"};
    for (const Filesystem& files : machine.filesystems) {
        branch.branches.push_back({fmt::format(
            "{}: {} of {} free, {} on {}", files.path, format_bytes(files.free_bytes), format_bytes(files.total_bytes),
            files.type.empty() ? "?" : files.type, files.mount.empty() ? "?" : files.mount)});
    }
    if (machine.checkpoint) {
        std::uint64_t bytes = 0;
        std::size_t broken = 0;
        for (const ShardDigest& shard : machine.checkpoint->shards) {
            bytes += shard.size_bytes;
            if (!shard.because.empty()) ++broken;
        }
        branch.branches.push_back({fmt::format("checkpoint {}: {}, {}{}", machine.checkpoint->path,
                                               plural(machine.checkpoint->shards.size(), "shard"), format_bytes(bytes),
                                               broken == 0 ? "" : fmt::format(", {} unreadable", broken))});
    }
    return branch;
}

}  // namespace r1cluster::detail
