// SPDX-License-Identifier: Apache-2.0
#include "host/guard/oom_record.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/text_reader.hpp"
#include "host/guard/process_facts.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/host/os/text_file.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t events_limit_bytes = 64 << 10;
constexpr double clocks_differ_us = 2e6;  // the kernel's log has a clock of its own

/// The kernel's log names processes by the numbers of the first pid namespace.
bool is_in_first_pid_namespace() {
    struct stat own {};
    constexpr ino_t first = 0xEFFFFFFCu;  // PROC_PID_INIT_INO, include/linux/proc_ns.h
    return ::stat("/proc/self/ns/pid", &own) == 0 && own.st_ino == first;
}

/// "6,1234,56789012,-;text": microseconds since boot.
std::optional<double> time_of(std::string_view record) {
    for (int field = 0; field < 2; ++field) {
        const std::size_t comma = record.find(',');
        if (comma == std::string_view::npos) return std::nullopt;
        record.remove_prefix(comma + 1);
    }
    const auto us = TextReader(record).take_number<long long>();
    return us ? std::optional(static_cast<double>(*us)) : std::nullopt;
}

bool does_kernel_log_say(int pid, double since_us) {
    if (!is_in_first_pid_namespace()) return false;
    const int log = ::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (log < 0) return false;
    bool is_said = false;
    std::array<char, 8192> record;
    while (!is_said) {
        const ssize_t size = ::read(log, record.data(), record.size());
        if (size < 0 && errno == EPIPE) continue;  // the oldest records were overwritten meanwhile
        if (size <= 0) break;
        const std::string_view text(record.data(), static_cast<std::size_t>(size));
        is_said = oom_victim(text) == pid && time_of(text).value_or(0) >= since_us;
    }
    ::close(log);
    return is_said;
}

}  // namespace

std::optional<int> oom_victim(std::string_view kmsg_record) {
    const std::size_t text = kmsg_record.find(';');
    if (text == std::string_view::npos) return std::nullopt;
    kmsg_record.remove_prefix(text + 1);
    for (const std::string_view begin :
         {"Out of memory: Killed process ", "Memory cgroup out of memory: Killed process "}) {
        if (kmsg_record.starts_with(begin)) return TextReader(kmsg_record.substr(begin.size())).take_number();
    }
    return std::nullopt;
}

std::optional<long> oom_kills_of(std::string_view memory_events) {
    while (!memory_events.empty()) {
        const std::size_t end = std::min(memory_events.find('\n'), memory_events.size());
        const std::string_view line = memory_events.substr(0, end);
        if (line.starts_with("oom_kill ")) return TextReader(line.substr(9)).take_number<long>();
        memory_events.remove_prefix(std::min(end + 1, memory_events.size()));
    }
    return std::nullopt;
}

OomRecord::OomRecord(std::string cgroup)
    : cgroup_(std::move(cgroup)), before_(count()), begin_us_(monotonic_s() * 1e6 - clocks_differ_us) {}

std::optional<long> OomRecord::count() const {
    if (cgroup_.empty()) return std::nullopt;
    try {
        return oom_kills_of(read_text_file(cgroup_ + "/memory.events", events_limit_bytes));
    } catch (const Error&) {
        return std::nullopt;  // the memory controller is off in this cgroup
    }
}

bool OomRecord::has_killed(int pid) const {
    const auto now = count();
    if (before_ && now) return *now > *before_;
    return does_kernel_log_say(pid, begin_us_);
}

}  // namespace r1cluster::detail
