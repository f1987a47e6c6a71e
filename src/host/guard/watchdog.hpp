// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/guard/job_folder.hpp"

namespace r1cluster::detail {

/// A small process beside the guard that ends what the guard has started, should the guard die before that. Where the
/// guard ends by itself there is nothing left to end, and the watchdog leaves with it. It holds the lock "watchdog" of
/// the job's folder as long as it lives.
class Watchdog {
public:
    /// Forks: only while this process has one thread, no child of its own, and is not yet a subreaper.
    explicit Watchdog(const JobFolder& folder);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// By what the processes of the job are found.
    void watch(const JobGroup& group) const;

private:
    int pipe_ = -1;
};

/// Makes the kernel's OOM killer choose this process late, where this user may. Returns the value before, which belongs
/// to what this process starts.
int avoid_oom_killer();

}  // namespace r1cluster::detail
