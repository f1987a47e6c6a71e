// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// The process that the kernel's OOM killer ended, by a record of /dev/kmsg; nullopt: the record says no such thing.
std::optional<int> oom_victim(std::string_view kmsg_record);
/// The oom_kill of a cgroup's memory.events; nullopt: it has none.
std::optional<long> oom_kills_of(std::string_view memory_events);

/// Whether the kernel's OOM killer ended a process of one job: from the job's own cgroup where that counts memory,
/// otherwise from the kernel's log where this user may read it. What neither says was not seen.
class OomRecord {
public:
    /// `cgroup` is the path of the job's own; empty: it has none.
    explicit OomRecord(std::string cgroup);
    /// Of a process that SIGKILL ended.
    bool has_killed(int pid) const;

private:
    std::optional<long> count() const;
    std::string cgroup_;
    std::optional<long> before_;
    double begin_us_;
};

}  // namespace r1cluster::detail
