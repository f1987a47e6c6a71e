// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "check/rule.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

/// What the ranks of one host take from its main memory.
std::uint64_t host_bytes(const CheckInput& input, const HostSpec& host) {
    const auto process_bytes = static_cast<std::uint64_t>(input.knowledge.threshold("worker_bytes"));
    std::uint64_t bytes = 0;
    for (const RankPlacement* rank : ranks_of(input, host)) {
        bytes += process_bytes;
        if (!rank->gpu) bytes += rank->weight_bytes + input.spec.engine.kv_cache_bytes.value_or(gib);
    }
    return bytes;
}

/// Hosts of the spec may be parts of one machine, which then holds the ranks of all of them.
std::uint64_t machine_bytes(const CheckInput& input, const Machine& machine) {
    std::uint64_t bytes = 0;
    for (const Subject& other : reached_hosts(input)) {
        const bool is_same = other.machine.host == machine.host || is_one_machine(other.machine, machine);
        if (is_same) bytes += host_bytes(input, other.host);
    }
    return bytes;
}

Judgement judge_host(const CheckInput& input, const Subject& subject) {
    if (!input.layout) return {{no_layout(input, "host memory for the ranks")}};
    if (ranks_of(input, subject.host).empty()) return not_concerned;
    const std::uint64_t needed = machine_bytes(input, subject.machine);
    const std::string expected = fmt::format("{} for the ranks of this machine", format_bytes(needed));
    if (!subject.machine.memory_available_bytes) return {{unseen(subject.machine, "memory", expected)}};
    const Limit limit = subject.machine.limits.cgroup_memory_bytes.value_or(unlimited);
    const bool is_limited = !limit.allows(*subject.machine.memory_available_bytes);
    const std::uint64_t available = is_limited ? limit.value : *subject.machine.memory_available_bytes;
    if (available >= needed) return passed;
    return {
        {{Severity::error, fmt::format("{} available{}", format_bytes(available), is_limited ? " to its cgroup" : ""),
          expected, "end what takes the memory, or spread the model over more hosts"}}};
}

Judgement judge_gpu(const RankPlacement& rank, const Subject& subject) {
    std::string expected = fmt::format("{} of weights fit", format_bytes(rank.weight_bytes));
    const Gpu* gpu = subject.machine.find_gpu(*rank.gpu);
    if (!gpu) return {{unseen(subject.machine, "gpus", expected)}};
    const std::string topic = fmt::format("gpu.{}.memory", gpu->nvml_index);
    if (!rank.memory_bytes) return {{unseen(subject.machine, topic, expected)}};
    if (rank.weight_bytes >= *rank.memory_bytes) {
        return {{{Severity::error, fmt::format("{} is all that the engine may take", format_bytes(*rank.memory_bytes)),
                  expected, "spread the model over more GPUs, or raise gpu_memory_utilization"}}};
    }
    expected = fmt::format("{} free, the share that the engine takes", format_bytes(*rank.memory_bytes));
    if (!gpu->memory_free_bytes) return {{unseen(subject.machine, topic, expected)}};
    if (*gpu->memory_free_bytes >= *rank.memory_bytes) return passed;
    return {{{Severity::error,
              fmt::format("{} of {} free", format_bytes(*gpu->memory_free_bytes),
                          gpu->memory_bytes ? format_bytes(*gpu->memory_bytes) : "an unknown total"),
              expected,
              fmt::format("end what holds the memory ({}), or lower gpu_memory_utilization",
                          command_on(subject.host, fmt::format("nvidia-smi -i {}", gpu->nvml_index)))}}};
}

void judge_devices(const CheckInput& input, Verdicts& verdicts) {
    for (const HostSpec& host : input.spec.hosts) {
        const Machine* machine = input.cluster.find(host.name);
        if (!machine || !machine->is_reached()) {
            verdicts.add_unreached();
            continue;
        }
        const Subject subject{host, *machine};
        if (!uses_gpus(input, subject)) continue;
        if (!input.layout) verdicts.add(host.name, {{no_layout(input, "GPU memory for the ranks")}});
        for (const RankPlacement* rank : ranks_of(input, host)) {
            if (!rank->gpu) continue;
            verdicts.add(fmt::format("rank {} ({} GPU {})", rank->rank, host.name, *rank->gpu),
                         judge_gpu(*rank, subject));
        }
    }
}

constexpr std::array memory_rule_list{
    Rule{"memory.host_enough", each_host<judge_host>},
    Rule{"memory.device_enough", judge_devices},
};

}  // namespace

std::span<const Rule> memory_rules() { return memory_rule_list; }

}  // namespace r1cluster::detail
