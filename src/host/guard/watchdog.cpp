// SPDX-License-Identifier: Apache-2.0
#include "host/guard/watchdog.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "base/lenient_json.hpp"
#include "host/guard/containers.hpp"
#include "host/guard/containment.hpp"
#include "host/guard/residue.hpp"

namespace r1cluster::detail {
namespace {

constexpr double end_s = 60;
constexpr int lock_tries = 500;
constexpr int low_oom_score = -900;

std::optional<Lock> take_lock(const JobFolder& folder) {
    auto lock = Lock::try_take(folder.file("watchdog"));
    for (int i = 0; !lock && i < lock_tries; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        lock = Lock::try_take(folder.file("watchdog"));
    }
    return lock;
}

/// What the guard says of its job, in one line; empty: the guard has died before.
std::string read_line(int pipe) {
    std::string line;
    std::array<char, 4096> bytes;
    while (line.find('\n') == std::string::npos) {
        const ssize_t size = ::read(pipe, bytes.data(), bytes.size());
        if (size <= 0) return {};
        line.append(bytes.data(), static_cast<std::size_t>(size));
    }
    return line;
}

void await_end(int guard) {
    pollfd waiting{guard, POLLIN, 0};
    while (::poll(&waiting, 1, -1) < 0 && errno == EINTR) {
    }
}

void run(const JobFolder& folder, int guard, int pipe) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_IGN);
    const auto lock = take_lock(folder);
    const std::string line = read_line(pipe);
    if (line.empty()) return;
    const auto group = from_json_leniently<JobGroup>(line, "guard");
    await_end(guard);
    kill_leftovers(group.cgroup, group.marker, end_s);
    // A guard that has ended by itself has removed them, and looked for what was left.
    if (!group.container_program.empty()) remove_containers(group.container_program, group.marker);
    remove_temporary_folder(group.temporary);
}

}  // namespace

Watchdog::Watchdog(const JobFolder& folder) {
    std::array<int, 2> ends{};
    const int guard = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
    if (guard < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    const pid_t child = ::fork();
    if (child == 0) {
        // Twice, so that it is nobody's child that waits, and not among the guard's descendants.
        if (::fork() != 0) ::_exit(0);
        ::setsid();
        ::close(ends[1]);
        try {
            run(folder, guard, ends[0]);
        } catch (...) {
            // Its end leaves the job as it was without a watchdog.
        }
        ::_exit(0);
    }
    ::close(ends[0]);
    ::close(guard);
    pipe_ = ends[1];
    if (child > 0) ::waitpid(child, nullptr, 0);
}

Watchdog::~Watchdog() {
    if (pipe_ >= 0) ::close(pipe_);
}

void Watchdog::watch(const JobGroup& group) const {
    const std::string line = json::serialize(to_value(group)) + "\n";
    if (pipe_ >= 0 && ::write(pipe_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) return;
}

int avoid_oom_killer() {
    int before = 0;
    std::ifstream("/proc/self/oom_score_adj") >> before;
    std::ofstream("/proc/self/oom_score_adj") << low_oom_score << std::flush;
    return before;
}

}  // namespace r1cluster::detail
