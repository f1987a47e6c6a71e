// SPDX-License-Identifier: Apache-2.0
#include "host/guard/process_facts.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>

#include "base/text.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/host/os/text_file.hpp"

extern char** environ;

namespace r1cluster::detail {
std::string describe_end(const Cause& cause) {
    if (cause.is_out_of_memory) return "was killed by SIGKILL: the kernel ran out of memory";
    if (cause.signal) {
        const char* name = ::sigabbrev_np(*cause.signal);
        return fmt::format("was killed by {}",
                           name ? fmt::format("SIG{}", name) : fmt::format("signal {}", *cause.signal));
    }
    if (cause.exit_code) return fmt::format("ended with exit code {}", *cause.exit_code);
    return "ended, and this kernel does not say how";
}

std::map<std::string, std::string> passed_environment() {
    static constexpr std::string_view passed[] = {"PATH",     "HOME",   "USER", "LOGNAME",         "SHELL",
                                                  "LANG",     "TMPDIR", "TZ",   "LD_LIBRARY_PATH", "CUDA_HOME",
                                                  "CUDA_PATH"};
    std::map<std::string, std::string> env;
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view text(*variable);
        const std::string_view name = text.substr(0, text.find('='));
        const bool is_passed =
            std::find(std::begin(passed), std::end(passed), name) != std::end(passed) || name.starts_with("LC_");
        if (is_passed && name.size() < text.size()) env[std::string(name)] = text.substr(name.size() + 1);
    }
    return env;
}

double monotonic_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

namespace {

/// Of /proc/PID/stat from the third field on, the state: the second one is a name, and may hold anything. Empty: the
/// process has gone.
std::vector<std::string> fields_of(int pid) {
    std::ifstream stat(fmt::format("/proc/{}/stat", pid));
    std::string text;
    std::getline(stat, text);
    const std::size_t end = text.rfind(')');
    if (end == std::string::npos) return {};
    std::vector<std::string> fields = words_of(std::string_view(text).substr(end + 1));
    return fields.empty() || fields[0] == "Z" ? std::vector<std::string>() : fields;
}

}  // namespace

std::optional<ProcessLook> look_at(int pid) {
    const std::vector<std::string> fields = fields_of(pid);
    if (fields.size() < 2) return std::nullopt;
    std::ifstream arguments(fmt::format("/proc/{}/cmdline", pid));
    ProcessLook look;
    look.state = fields[0].front();
    look.parent = std::atoi(fields[1].c_str());
    constexpr std::size_t flags = 6;           // proc_pid_stat(5), counted from the state
    constexpr unsigned long pf_exiting = 0x4;  // include/linux/sched.h
    look.is_exiting = fields.size() > flags && (std::strtoul(fields[flags].c_str(), nullptr, 10) & pf_exiting) != 0;
    // A process that engines rename has its title in place of all arguments, with blanks behind.
    std::getline(arguments, look.title, '\0');
    look.title.resize(look.title.find_last_not_of(' ') + 1);  // npos + 1 is 0
    return look;
}

std::string sleeping_place(int pid) {
    std::string place;
    std::ifstream(fmt::format("/proc/{}/wchan", pid)) >> place;
    return place == "0" ? std::string() : place;
}

int pid_inside(int pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("NSpid:")) continue;
        return std::atoi(line.c_str() + line.find_last_of(" \t"));  // from the outermost to its own
    }
    return 0;
}

std::optional<RankActivity> read_activity(int rank, int pid, const std::string& host) {
    constexpr std::size_t user_time = 11, system_time = 12;  // fields 14 and 15 of proc(5), in ticks
    const std::vector<std::string> fields = fields_of(pid);
    if (fields.size() <= system_time) return std::nullopt;
    const double ticks = std::atof(fields[user_time].c_str()) + std::atof(fields[system_time].c_str());
    return RankActivity{
        rank, pid, host, ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)), fields[0], sleeping_place(pid)};
}

void signal_child(int pid, int signal) {
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (descriptor < 0) return;
    ::syscall(SYS_pidfd_send_signal, descriptor, signal, nullptr, 0);
    ::close(descriptor);
}

}  // namespace r1cluster::detail
