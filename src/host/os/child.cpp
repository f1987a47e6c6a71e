// SPDX-License-Identifier: Apache-2.0
#include "host/os/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/connect_pipe.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>

#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
namespace process = boost::process::v2;

/// Boost.Process leaves out, without a word, what does not fit its call exactly: a test holds all three.
struct ChildSetup {
    const char* const* env;  // null: ours
    int cgroup_procs;
    const std::string& oom_score_adj;

    /// In the parent. Not process_environment, whose out-of-line half would make us link Boost.Filesystem.
    template <class Launcher>
    boost::system::error_code on_setup(Launcher& launcher, const boost::filesystem::path&, const char* const*&) const {
        if (env) launcher.env = env;
        return {};
    }

    /// In the child between fork and exec: only what is safe there.
    template <class Launcher>
    boost::system::error_code on_exec_setup(Launcher&, const boost::filesystem::path&, const char* const*&) const {
        ::setsid();
        // Boost.Process blocks no signal, but whoever started us may have.
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::signal(SIGPIPE, SIG_DFL);
        if (!oom_score_adj.empty()) {
            const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
            // A child that stays as hard to kill as we are still runs.
            [[maybe_unused]] const ssize_t size = ::write(file, oom_score_adj.data(), oom_score_adj.size());
            ::close(file);
        }
        keep_descriptors_from_children();  // Boost 1.81 means to close them, and leaves most of them open
        if (cgroup_procs >= 0 && ::write(cgroup_procs, "0", 1) != 1) {
            return {errno, boost::system::system_category()};
        }
        return {};
    }
};

/// Not process::environment::find_executable: that one would make us link Boost.Filesystem.
std::string find_in_path(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
        if (::access(candidate.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(candidate)) return candidate;
    }
    return {};
}

class BoostChild : public Child {
public:
    BoostChild(asio::io_context& context, const std::string& program, const std::vector<std::string>& arguments,
               const ChildOptions& options)
        : context_(context), input_(context), output_(context), errors_(context) {
        asio::readable_pipe child_input(context);
        asio::writable_pipe child_output(context), child_errors(context);
        asio::connect_pipe(child_input, input_);
        asio::connect_pipe(output_, child_output);
        if (options.has_own_errors) {
            asio::connect_pipe(errors_, child_errors);
        } else {
            child_errors.assign(::dup(child_output.native_handle()));
        }
        std::vector<std::string> lines;
        std::vector<const char*> env;
        if (options.env) {
            for (const auto& [name, value] : *options.env) lines.push_back(name + "=" + value);
            for (const std::string& line : lines) env.push_back(line.c_str());
            env.push_back(nullptr);
        }
        const ChildSetup setup{options.env ? env.data() : nullptr, options.cgroup_procs, options.oom_score_adj};
        process_.emplace(context, program, arguments, process::process_stdio{child_input, child_output, child_errors},
                         setup);
        pid_ = process_->id();
    }
    ~BoostChild() override { end(); }

    asio::writable_pipe& input() override { return input_; }
    asio::readable_pipe& output() override { return output_; }
    asio::readable_pipe& errors() override { return errors_; }
    int pid() const override { return pid_; }

    asio::awaitable<int> wait() override {
        asio::posix::stream_descriptor exit(context_, static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
        co_await exit.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
        end();
        co_return status_;
    }

    int end() override {
        if (process_) {
            boost::system::error_code ignored;
            if (process_->running(ignored)) process_->terminate(ignored);
            process_->wait(ignored);
            status_ = process_->native_exit_code();
            process_.reset();
        }
        return WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_);
    }

private:
    asio::io_context& context_;
    asio::writable_pipe input_;
    asio::readable_pipe output_, errors_;
    std::optional<process::process> process_;
    int pid_ = 0;
    int status_ = 0;
};

}  // namespace

void keep_descriptors_from_children() {
    constexpr unsigned close_on_exec = 4;  // CLOSE_RANGE_CLOEXEC, Linux 5.11
    if (::syscall(SYS_close_range, 3u, ~0u, close_on_exec) == 0) return;
    rlimit limit{};
    const bool is_known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536;
    const int end = is_known ? static_cast<int>(limit.rlim_cur) : 65536;
    for (int descriptor = 3; descriptor < end; ++descriptor) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

std::unique_ptr<Child> Child::start(asio::io_context& context, const std::vector<std::string>& argv,
                                    const ChildOptions& options) {
    std::string program = argv.at(0);
    if (program.find('/') == std::string::npos) {
        program = find_in_path(program);
        if (program.empty()) {
            throw Error(ErrorKind::not_found, argv[0],
                        fmt::format("starting \"{}\": there is no such program in PATH", argv[0]));
        }
    }
    try {
        return std::make_unique<BoostChild>(context, program, std::vector<std::string>(argv.begin() + 1, argv.end()),
                                            options);
    } catch (const boost::system::system_error& error) {
        throw Error(ErrorKind::system, program, fmt::format("starting \"{}\": {}", program, error.code().message()));
    }
}

}  // namespace r1cluster::detail
