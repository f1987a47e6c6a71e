// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "check/rule.hpp"
#include "r1cluster/base/units.hpp"
#include "spec/container.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

std::uint64_t whole(const CheckInput& input, std::string_view threshold) {
    return static_cast<std::uint64_t>(input.knowledge.threshold(threshold));
}

void judge_reached(const CheckInput& input, Verdicts& verdicts) {
    for (const HostSpec& host : input.spec.hosts) {
        const Machine* machine = input.cluster.find(host.name);
        const std::string expected = "the host answers";
        if (!machine) {
            verdicts.add(host.name,
                         {{{Severity::unknown, "it was not read", expected, "read the hosts of this spec"}}});
        } else if (!machine->is_reached()) {
            const std::string remedy =
                host.transport == Transport::ssh
                    ? fmt::format("ssh {} true (with ssh's -F where r1cluster has --ssh-config)", host.ssh)
                    : "run r1cluster show on this machine";
            verdicts.add(host.name, {{{Severity::error, machine->unreachable_because, expected, remedy}}});
        } else {
            verdicts.add(host.name, passed);
        }
    }
}

Judgement judge_open_files(const CheckInput& input, const Subject& subject) {
    const std::uint64_t enough = whole(input, "open_files"), least = whole(input, "open_files_least");
    const std::string expected = fmt::format("at least {}, or unlimited", enough);
    const auto& limit = subject.machine.limits.open_files;
    if (!limit) return {{unseen(subject.machine, "limits.open_files", expected)}};
    if (limit->allows(enough)) return passed;
    const std::string remedy =
        "raise nofile in /etc/security/limits.conf (or LimitNOFILE of the service), log in again";
    return {{{limit->allows(least) ? Severity::warning : Severity::error, fmt::format("{} open files", limit->value),
              expected, remedy}}};
}

bool has_infiniband(const Machine& machine) {
    for (const Nic& nic : machine.nics) {
        if (nic.kind == NicKind::infiniband) return true;
    }
    return false;
}

Judgement judge_memlock(const CheckInput& input, const Subject& subject) {
    if (!spans_hosts(input) || !uses_gpus(input, subject)) return not_concerned;
    // The daemon gives its containers what they ask for, whoever asks.
    if (runtime_of(input.spec, subject.host) == RuntimeKind::docker) return not_concerned;
    const std::uint64_t enough = whole(input, "memlock_bytes");
    const std::string expected =
        fmt::format("unlimited, or at least {}, where InfiniBand or RoCE is used", format_bytes(enough));
    const auto& limit = subject.machine.limits.memlock_bytes;
    if (!limit) return {{unseen(subject.machine, "limits.memlock", expected)}};
    if (limit->allows(enough)) return passed;
    const Severity severity = has_infiniband(subject.machine) ? Severity::error : Severity::info;
    return {{{severity, format_bytes(limit->value) + " may be locked", expected,
              "set memlock to unlimited in /etc/security/limits.conf (or LimitMEMLOCK=infinity), log in again"}}};
}

Judgement judge_shared_memory(const CheckInput& input, const Subject& subject) {
    if (input.spec.container) return not_concerned;  // each container has its own, of [container] shm_bytes
    const auto ranks = ranks_of(input, subject.host);
    const bool is_on_gpus = uses_gpus(input, subject);
    const std::uint64_t count =
        input.layout ? ranks.size() : std::max<std::uint64_t>(1, used_gpus(input, subject).size());
    if (count == 0) return not_concerned;
    const std::uint64_t least = count * whole(input, "shm_rank_least_bytes"),
                        safe = is_on_gpus ? count * whole(input, "shm_rank_bytes") : least;
    const std::string expected = fmt::format("at least {} free for {} ranks", format_bytes(safe), count);
    const Filesystem* shm = subject.machine.find_filesystem("/dev/shm");
    if (!shm) return {{unseen(subject.machine, "filesystem./dev/shm", expected)}};
    if (shm->free_bytes >= safe) return passed;
    const std::string remedy =
        command_on(subject.host, fmt::format("sudo mount -o remount,size={}M /dev/shm", safe / mib)) +
        "; in a container, --ipc=host or --shm-size";
    return {{{shm->free_bytes < least ? Severity::error : Severity::warning,
              format_bytes(shm->free_bytes) + " free in /dev/shm", expected, remedy}}};
}

/// Key of the Gap of the folder that keeps state and logs.
std::string state_key(const CheckInput& input, const Machine& machine) {
    for (const Gap& gap : machine.gaps) {
        const bool is_other = gap.key == "filesystem./dev/shm" || gap.key == "filesystem." + input.spec.model.path;
        if (gap.key.starts_with("filesystem.") && !is_other) return gap.key;
    }
    return "filesystem";
}

Judgement judge_disk(const CheckInput& input, const Subject& subject) {
    const std::uint64_t least = whole(input, "disk_free_bytes");
    const std::string expected = fmt::format("at least {} free for state and logs", format_bytes(least));
    std::vector<Violation> problems;
    bool is_state_known = false;
    for (const Filesystem& filesystem : subject.machine.filesystems) {
        if (filesystem.path == "/dev/shm" || filesystem.path == input.spec.model.path) continue;
        is_state_known = true;
        if (filesystem.free_bytes >= least) continue;
        problems.push_back(
            {Severity::error, fmt::format("{} free at {}", format_bytes(filesystem.free_bytes), filesystem.path),
             expected, fmt::format("free space on {} (mounted at {})", filesystem.device, filesystem.mount)});
    }
    if (!is_state_known) problems.push_back(unseen(subject.machine, state_key(input, subject.machine), expected));
    if (!subject.machine.find_filesystem(input.spec.model.path)) {
        problems.push_back(
            unseen(subject.machine, "filesystem." + input.spec.model.path, "the file system of the model is known"));
        if (!subject.machine.checkpoint) problems.back().cause = cause_checkpoint;
    }
    return problems;
}

Judgement judge_clock(const CheckInput& input, const Subject& subject) {
    const double most = input.knowledge.threshold("clock_offset_s");
    const std::string expected = fmt::format("within {:g} s of the controller's clock", most);
    const auto& offset = subject.machine.clock_offset_s;
    if (!offset) return {{unseen(subject.machine, "clock", expected)}};
    const double uncertainty = subject.machine.clock_uncertainty_s.value_or(0);
    if (std::abs(*offset) <= most + uncertainty) return passed;
    return {{{Severity::warning,
              fmt::format("{:.1f} s {} (known to {:.1f} s)", std::abs(*offset), *offset > 0 ? "ahead" : "behind",
                          uncertainty),
              expected, command_on(subject.host, "sudo timedatectl set-ntp true")}}};
}

constexpr std::array hosts_rule_list{
    Rule{"host.reached", judge_reached},
    Rule{"limits.open_files", each_host<judge_open_files>},
    Rule{"limits.memlock", each_host<judge_memlock>},
    Rule{"limits.shm", each_host<judge_shared_memory>},
    Rule{"disk.enough", each_host<judge_disk>},
    Rule{"clock.agrees", each_of_several_hosts<judge_clock>},
};

}  // namespace

std::span<const Rule> host_rules() { return hosts_rule_list; }

}  // namespace r1cluster::detail
