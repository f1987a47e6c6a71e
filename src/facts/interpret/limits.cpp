// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "facts/interpret/host_answers.hpp"
#include "readings/calls_devices.hpp"

namespace r1cluster::detail {
namespace {

/// cgroup version 1 writes its largest number, rounded down to a page, for "no limit".
constexpr std::uint64_t cgroup_unlimited = 1ULL << 62U;

constexpr auto own_group = "/proc/self/cgroup";

struct Capability {
    const char* name;
    unsigned bit;  ///< linux/capability.h
};
constexpr Capability capabilities[] = {
    {"CAP_NET_ADMIN", 12}, {"CAP_IPC_LOCK", 14}, {"CAP_SYS_PTRACE", 19}, {"CAP_SYS_ADMIN", 21}, {"CAP_SYS_NICE", 23}};

enum class LimitKind { soft, hard };

std::optional<Limit> limit_of(HostAnswers& answers, const std::string& name, LimitKind kind, const Topic& topic) {
    const std::string call = "getrlimit(" + name + ")";
    const auto limit = answers.shaped<calls::Rlimit>(call, topic);
    if (limit) {
        const auto& value = kind == LimitKind::soft ? limit->soft : limit->hard;
        return value ? Limit{*value} : unlimited;
    }
    if (!answers.call(call)) answers.gap(topic, answers.why_no_call(call));
    return std::nullopt;
}

/// The least limit of the process's control group and those above it counts.
void interpret_group_memory(HostAnswers& answers) {
    auto& limit = answers.machine().limits.cgroup_memory_bytes;
    if (answers.file(own_group)) limit = unlimited;
    for (const auto& [path, answer] : answers.readings().files) {
        if (!path.ends_with("/memory.max") && !path.ends_with("/memory.limit_in_bytes")) continue;
        const auto value = number_of<std::uint64_t>(answers.file(path).value_or("max"));
        if (!limit && answer.text) limit = unlimited;
        if (value && *value < cgroup_unlimited && limit->allows(*value)) limit = Limit{*value};
    }
}

/// "200000 100000" (version 2), or the two numbers in two files (version 1), are two processors' worth of time.
void interpret_group_cpus(HostAnswers& answers) {
    auto& limit = answers.machine().limits.cgroup_cpus;
    const auto tighten = [&](const std::string& quota, const std::string& period) {
        const auto time = number_of<double>(quota), of = number_of<double>(period);
        if (!time || !of || *time <= 0 || *of <= 0) return;
        const double cpus = *time / *of;
        if (!limit || limit->is_unlimited || cpus < limit->cpus) limit = CpuLimit{cpus};
    };
    if (answers.file(own_group)) limit = CpuLimit{0, true};
    const std::string v1 = "/cpu.cfs_quota_us";
    for (const auto& [path, answer] : answers.readings().files) {
        if (path.ends_with("/cpu.max")) {
            const std::vector<std::string> words = words_of(answers.file(path).value_or(""));
            if (words.size() == 2) tighten(words[0], words[1]);  // "max 100000" is no limit
        } else if (path.ends_with(v1)) {
            const std::string folder = path.substr(0, path.size() - v1.size());
            tighten(answers.file(path).value_or(""), answers.file(folder + "/cpu.cfs_period_us").value_or(""));
        }
    }
}

/// What the innermost group may use; the kernel has already cut it to what the groups above allow.
void interpret_group_cpuset(HostAnswers& answers) {
    std::optional<std::string> innermost;
    std::size_t depth = 0;
    for (const auto& [path, answer] : answers.readings().files) {
        const bool is_cpuset = path.ends_with("/cpuset.cpus.effective") || path.ends_with("/cpuset.effective_cpus");
        if (!is_cpuset || !answer.text || path.size() < depth) continue;
        depth = path.size();
        innermost = answers.file(path).value_or("");
    }
    if (innermost && innermost == answers.file("/sys/devices/system/cpu/online")) innermost = "";
    answers.machine().limits.cgroup_cpuset = innermost;
}

void interpret_capabilities(HostAnswers& answers) {
    const std::string path = "/proc/self/status";
    const std::vector<std::string> words = words_of(answers.file(path).value_or(""));
    const auto at = std::find(words.begin(), words.end(), "CapEff:");
    std::uint64_t bits = 0;
    if (at == words.end() || at + 1 == words.end()) {
        answers.gap({"limits.capabilities", "capabilities"},
                    answers.file(path) ? Reason(path + " has no \"CapEff\"") : answers.why_no_file(path));
        return;
    }
    const std::string& text = *(at + 1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits, 16);
    if (error != std::errc{} || end != text.data() + text.size()) {
        answers.gap({"limits.capabilities", "capabilities"}, path + ": \"" + text + "\" is not a hexadecimal number");
        return;
    }
    for (const Capability& one : capabilities) {
        if ((bits >> one.bit & 1U) != 0) answers.machine().limits.capabilities.emplace_back(one.name);
    }
}

/// Folders "hugepages-2048kB".
void interpret_hugepages(HostAnswers& answers) {
    const std::string base = "/sys/kernel/mm/hugepages";
    for (const std::string& name : answers.names(base)) {
        if (!name.starts_with("hugepages-") || !name.ends_with("kB")) continue;
        const auto kib = number_of<std::uint64_t>(name.substr(10, name.size() - 12));
        const auto total = number_of<std::uint64_t>(answers.file(base + "/" + name + "/nr_hugepages").value_or(""));
        const auto free = number_of<std::uint64_t>(answers.file(base + "/" + name + "/free_hugepages").value_or(""));
        if (kib && *kib < cgroup_unlimited / 1024 && total && free) {
            answers.machine().hugepages.push_back({*kib * 1024, *total, *free});
        }
    }
    auto& pages = answers.machine().hugepages;
    std::sort(pages.begin(), pages.end(), [](const auto& a, const auto& b) { return a.page_bytes < b.page_bytes; });
}

/// The engine that a control group's path speaks of; empty where it is none's.
std::string container_in(const std::string& cgroup) {
    constexpr std::pair<const char*, const char*> marks[] = {
        {"kubepods", "kubernetes"}, {"libpod-", "podman"}, {"docker", "docker"},
        {"crio-", "cri-o"},         {"/lxc", "lxc"},       {"containerd", "containerd"}};
    for (const auto& [mark, kind] : marks) {
        if (cgroup.find(mark) != std::string::npos) return kind;
    }
    return "";
}

/// A virtual machine may boot from the image of a container, with its marks. Then the root is no overlay, and the
/// kernel's own threads show.
bool is_image_of_container(HostAnswers& answers) {
    const auto processes = answers.shaped<calls::Processes>("processes()", {"services", "services"});
    if (!processes || !processes->sees_host) return false;
    for (const std::string& line : lines_of(answers.file("/proc/self/mountinfo").value_or(""))) {
        const std::vector<std::string> words = words_of(line);  // "22 1 0:20 / / rw - overlay overlay rw"
        const auto dash = std::find(words.begin(), words.end(), "-");
        if (words.size() < 5 || words[4] != "/" || dash == words.end() || dash + 1 == words.end()) continue;
        return *(dash + 1) != "overlay";
    }
    return false;
}

}  // namespace

void interpret_limits(HostAnswers& answers) {
    Limits& limits = answers.machine().limits;
    limits.memlock_bytes =
        limit_of(answers, "RLIMIT_MEMLOCK", LimitKind::soft, {"limits.memlock", "limit of locked memory"});
    limits.open_files =
        limit_of(answers, "RLIMIT_NOFILE", LimitKind::hard, {"limits.open_files", "limit of open files"});
    limits.processes = limit_of(answers, "RLIMIT_NPROC", LimitKind::soft, {"limits.processes", "limit of processes"});
    interpret_group_memory(answers);
    interpret_group_cpus(answers);
    interpret_group_cpuset(answers);
    interpret_capabilities(answers);
    interpret_hugepages(answers);
}

void interpret_container(HostAnswers& answers) {
    std::string& container = answers.machine().container;
    // What runs Kubernetes may leave the marks of Docker as well, so that the group comes first.
    container = container_in(answers.file("/proc/1/cgroup").value_or(""));
    if (container.empty()) container = answers.file("/run/systemd/container").value_or("");
    if (container.empty() && answers.file("/run/.containerenv")) container = "podman";
    if (container.empty() && answers.file("/.dockerenv") && !is_image_of_container(answers)) container = "docker";
}

}  // namespace r1cluster::detail
