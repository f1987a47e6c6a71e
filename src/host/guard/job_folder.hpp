// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/launch/status.hpp"

namespace r1cluster::detail {

/// By what the processes of a job are found when their guard has died: the file "group" of the job's folder.
struct JobGroup {
    std::string cgroup;             ///< its path; empty: there is none
    std::string marker;             ///< in the environment of every process
    std::string temporary;          ///< folder for temporary files
    std::string container_program;  ///< Docker or Podman, whose containers bear the marker; empty: there are none
};
BOOST_DESCRIBE_STRUCT(JobGroup, (), (cgroup, marker, temporary, container_program))

/// What one deployment keeps on one host, 0700, under $XDG_STATE_HOME (or ~/.local/state):
///
///     r1cluster/<deployment>/<host>/
///         plan.json    what the guard carries out        token       secret that guards know each other by, 0600
///         state.json   the last HostStatus               lock        held by the guard as long as it lives
///         guard.sock   where the guard listens           group       a JobGroup
///         generation   which `up` created the job
///         cache.key    what cache/ was compiled for
///         cache/       the engine's compile caches       logs/       <process>.log, .1, .2 ...; guard.log
///         files/       LaunchFiles of the plan, 0600
///
class JobFolder {
public:
    JobFolder(const std::string& deployment, const std::string& host);
    /// For the guard, which is told the path.
    explicit JobFolder(std::string path) : path_(std::move(path)) {}

    const std::string& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ + "/" + name; }
    std::string log(const std::string& process) const { return file("logs/" + process + ".log"); }

    bool exists() const;
    /// Makes the folder, or empties what an ended run left in it but for its cache, which stays under the same key.
    void prepare(const std::string& cache_key) const;
    /// Whether the caches are of what this key stands for.
    bool has_cache_of(const std::string& cache_key) const;
    void write(const std::string& name, const std::string& text) const;  ///< as a whole or not at all, 0600
    std::optional<std::string> read(const std::string& name) const;
    /// Which `up` created the job; empty: none, or release 0.1.0, which wrote no generation.
    std::string generation() const { return read("generation").value_or(""); }
    /// Removes the folder; but for logs/ and cache/, unless `purge`. Folders above it go when they are empty.
    void remove(bool purge) const;
    std::vector<std::string> log_files() const;  ///< oldest first within each process

private:
    std::string path_;
};

/// What the guard writes for a process. Throws Error for a file that cannot be read, or a secret that others may read.
std::string content_of(const LaunchFile& file);

/// A lock that the kernel frees when its holder dies.
class Lock {
public:
    static std::optional<Lock> try_take(const std::string& path);
    /// On the folder itself, which is made if need be: agents hold it while they create a job or remove what is left of
    /// one. nullopt: another agent holds it, or has just removed the folder.
    static std::optional<Lock> try_take(const JobFolder& folder);
    Lock(Lock&& other) noexcept;
    Lock& operator=(Lock&& other) noexcept;
    ~Lock();

private:
    explicit Lock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

}  // namespace r1cluster::detail
