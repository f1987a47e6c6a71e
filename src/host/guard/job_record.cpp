// SPDX-License-Identifier: Apache-2.0
#include "host/guard/job_record.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "host/guard/containers.hpp"
#include "host/guard/containment.hpp"
#include "host/guard/process_facts.hpp"
#include "host/guard/residue.hpp"

namespace r1cluster::detail {

bool is_created(const JobFolder& folder) { return folder.read("plan.json").has_value(); }

HostStatus last_word(const JobFolder& folder, const std::string& host) {
    HostStatus status = saved<HostStatus>(folder, "state.json").value_or(HostStatus());
    status.host = host;
    if (!is_created(folder)) status.phase = Phase::absent;
    if (status.phase == Phase::absent || status.phase == Phase::failed || status.phase == Phase::stopped) return status;
    status.phase = Phase::failed;
    status.cause = Cause{};
    status.cause->host = host;
    status.cause->text =
        fmt::format("the guard on {} (pid {}) died, and its watchdog ended what it guarded", host, status.guard_pid);
    return status;
}

HostStatus word_of_another_up(const std::string& host) {
    HostStatus status;
    status.host = host;
    status.phase = Phase::absent;
    status.because = "the deployment of this name on " + host + " was started by another \"up\"";
    return status;
}

int end_leftovers(const JobFolder& folder, double timeout_s) {
    const auto group = saved<JobGroup>(folder, "group");
    if (!group) return 0;
    const int left = kill_leftovers(group->cgroup, group->marker, timeout_s).left;
    if (left > 0) return left;
    if (!group->container_program.empty()) {
        const std::string refusal = remove_containers(group->container_program, group->marker);
        if (!refusal.empty()) throw Error(ErrorKind::unavailable, folder.path(), "ending the deployment: " + refusal);
    }
    remove_temporary_folder(group->temporary);
    return 0;
}

std::string describe_leftovers(const JobFolder& folder) {
    constexpr std::size_t most = 8;
    const auto group = saved<JobGroup>(folder, "group");
    if (!group) return "unknown ones";
    std::vector<std::string> texts;
    const std::set<int> pids = find_leftovers(group->cgroup, group->marker);
    for (const int pid : pids) {
        const auto look = look_at(pid);
        if (!look || texts.size() == most) continue;
        std::string place = sleeping_place(pid);
        if (place.empty()) place = "a place that this kernel does not tell";
        texts.push_back(fmt::format("{} ({}, state {} in {})", pid, look->title, look->state, place));
    }
    const std::string more = pids.size() > most ? fmt::format(" and {} more", pids.size() - most) : "";
    return fmt::format("{}{}", fmt::join(texts, ", "), more);
}

}  // namespace r1cluster::detail
