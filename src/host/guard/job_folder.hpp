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
    std::string cgroup;     ///< its path; empty: there is none
    std::string marker;     ///< in the environment of every process
    std::string temporary;  ///< folder for temporary files
};
BOOST_DESCRIBE_STRUCT(JobGroup, (), (cgroup, marker, temporary))

/// What one deployment keeps on one host, 0700, under $XDG_STATE_HOME (or ~/.local/state):
///
///     r1cluster/<deployment>/<host>/
///         plan.json    what the guard carries out        token       secret that guards know each other by, 0600
///         state.json   the last HostStatus               lock        held by the guard as long as it lives
///         guard.sock   where the guard listens           group       a JobGroup
///         cache/       the engine's compile caches       logs/       <process>.log, .1, .2 ...; guard.log
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
    /// Makes the folder, or empties what an ended run left in it but for its cache.
    void prepare() const;
    void write(const std::string& name, const std::string& text) const;  ///< as a whole or not at all, 0600
    std::optional<std::string> read(const std::string& name) const;
    /// Removes the folder; but for logs/, unless `purge`. Folders above it go when they are empty.
    void remove(bool purge) const;
    std::vector<std::string> log_files() const;  ///< oldest first within each process

private:
    std::string path_;
};

/// A lock that the kernel frees when its holder dies.
class Lock {
public:
    static std::optional<Lock> try_take(const std::string& path);
    Lock(Lock&& other) noexcept;
    Lock& operator=(Lock&&) = delete;
    ~Lock();

private:
    explicit Lock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

}  // namespace r1cluster::detail
