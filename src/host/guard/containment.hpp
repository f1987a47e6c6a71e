// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace r1cluster::detail {

/// What makes sure that no process of a deployment is left, whatever it forked and however often it called setsid.
class Containment {
public:
    /// A cgroup v2 of its own where this user may make one, else the guard as subreaper of all that it starts. `name`
    /// is a plain file name.
    static std::unique_ptr<Containment> make(const std::string& name);
    virtual ~Containment() = default;

    /// For people: "cgroup v2 /sys/fs/cgroup/r1cluster-r1-node0-4711".
    virtual std::string text() const = 0;
    /// Path of the cgroup; empty: there is none.
    virtual std::string cgroup() const { return {}; }
    /// Descriptor of cgroup.procs for children to join by; -1: nothing to join.
    virtual int join_descriptor() const { return -1; }
    virtual std::vector<int> pids() const = 0;
    /// Ends all by force. What forks meanwhile is met by the next call.
    virtual void kill() = 0;
    /// The same, but for processes that only clean up after others and then end by themselves: Python's resource
    /// tracker unlinks the semaphores of those that were killed.
    void kill_all_but_cleaners();
    /// Takes the cgroup away once it is empty.
    virtual void remove() {}

protected:
    /// Each by its own signal.
    void kill_each();

private:
    void kill_one(int pid);
};

/// The place of a process in cgroup v2, be it alone or beside v1, as a path of this host; empty: there is none.
std::string cgroup_of(int pid);

/// All that this process forked, and what those did, as far as it has not been orphaned to somebody else.
std::vector<int> descendants_of(int pid);

/// Signals one process with SIGKILL, and never another one that got its number: the descriptor is opened first, then
/// `is_still` looks again whether the process is the one that is meant. Returns whether it was.
bool kill_by_pidfd(int pid, const std::function<bool(int pid)>& is_still);

struct Leftovers {
    int found = 0;
    int left = 0;  ///< that a SIGKILL did not end in time, as a process in a driver's call
};

/// Processes of the cgroup, and those that bear the job's marker in their environment.
std::set<int> find_leftovers(const std::string& cgroup, const std::string& marker);

/// Ends by force what a guard left that died before its processes did. Waits until they are gone, at most
/// `timeout_s`.
Leftovers kill_leftovers(const std::string& cgroup, const std::string& marker, double timeout_s);

/// The environment variable that every process of a job inherits.
inline constexpr const char* job_marker_name = "R1CLUSTER_JOB";

}  // namespace r1cluster::detail
