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

std::optional<ProcessLook> look_at(int pid) {
    std::ifstream stat(fmt::format("/proc/{}/stat", pid)), arguments(fmt::format("/proc/{}/cmdline", pid));
    std::string text;
    std::getline(stat, text);
    const std::size_t end = text.rfind(')');
    if (end == std::string::npos || end + 2 >= text.size() || text[end + 2] == 'Z') return std::nullopt;
    ProcessLook look;
    look.is_stopped = text[end + 2] == 'T' || text[end + 2] == 't';
    look.parent = std::atoi(text.c_str() + std::min(end + 4, text.size()));
    // A process that engines rename has its title in place of all arguments, with blanks behind.
    std::getline(arguments, look.title, '\0');
    look.title.resize(look.title.find_last_not_of(' ') + 1);  // npos + 1 is 0
    return look;
}

void signal_child(int pid, int signal) {
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (descriptor < 0) return;
    ::syscall(SYS_pidfd_send_signal, descriptor, signal, nullptr, 0);
    ::close(descriptor);
}

}  // namespace r1cluster::detail
