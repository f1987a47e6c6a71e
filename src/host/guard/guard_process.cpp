// SPDX-License-Identifier: Apache-2.0
#include "host/guard/guard_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/guard/containment.hpp"
#include "host/os/child.hpp"
#include "r1cluster/base/error.hpp"

extern char** environ;

namespace r1cluster::detail {

void start_guard_process(const JobFolder& folder) {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    const std::string log = folder.file("logs/guard.log");
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    keep_descriptors_from_children();
    // Its parent is this agent, and init once the agent has gone; nothing of ours waits for it.
    std::string program = self, verb = "guard", path = folder.path();
    char* argv[] = {program.data(), verb.data(), path.data(), nullptr};
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, self.c_str(), &files, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) {
        throw Error(ErrorKind::system, self,
                    fmt::format("starting the guard \"{}\": {}", self, std::generic_category().message(error)));
    }
}

/// Whether its command line is the one that start_guard_process() gives.
static bool is_guard(int pid, const JobFolder& folder) {
    std::ifstream file(fmt::format("/proc/{}/cmdline", pid));
    std::string program, verb, path;
    std::getline(file, program, '\0');
    std::getline(file, verb, '\0');
    std::getline(file, path, '\0');
    return verb == "guard" && path == folder.path();
}

/// "1: FLOCK  ADVISORY  WRITE 4711 00:1f:1234 0 EOF" in /proc/locks.
std::optional<int> find_guard_process(const JobFolder& folder) {
    struct stat lock {};
    if (::stat(folder.file("lock").c_str(), &lock) != 0) return std::nullopt;
    const std::string place = fmt::format("{:02x}:{:02x}:{}", major(lock.st_dev), minor(lock.st_dev), lock.st_ino);
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        std::istringstream fields(line);
        std::string number, kind, mode, access, where;
        int pid = 0;
        fields >> number >> kind >> mode >> access >> pid >> where;
        if (kind == "FLOCK" && where == place && is_guard(pid, folder)) return pid;
    }
    return std::nullopt;
}

bool kill_guard_process(const JobFolder& folder) {
    const auto pid = find_guard_process(folder);
    return pid && kill_by_pidfd(*pid, [&](int same) { return find_guard_process(folder) == same; });
}

}  // namespace r1cluster::detail
