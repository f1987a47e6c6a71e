// SPDX-License-Identifier: Apache-2.0
// Processes of the plan in containers of Docker or Podman. The daemon's children are in no cgroup of the guard: a
// container is found by its label, its processes as descendants of its first process, and that one ends all others of
// its pid namespace with it.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <thread>

#include "host/guard/container_process.hpp"
#include "host/guard/containers.hpp"
#include "host/guard/containment.hpp"
#include "host/guard/oom_record.hpp"
#include "host/guard/process_facts.hpp"
#include "host/guard/runtime.hpp"
#include "host/os/result_of.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
constexpr double create_s = 600;  // some storage drivers copy the whole image
constexpr double start_s = 120;

/// The environment of a container: a file that only its owner may read, since arguments are for everybody to see.
class EnvironmentFile {
public:
    EnvironmentFile(std::string path, const std::map<std::string, std::string>& env) : path_(std::move(path)) {
        const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        std::string text;
        for (const auto& [name, value] : env) text += name + "=" + value + "\n";
        const bool is_written =
            file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
        const int number = errno;
        if (file >= 0) ::close(file);
        if (is_written) return;
        ::unlink(path_.c_str());
        throw Error(ErrorKind::system, path_,
                    fmt::format("writing \"{}\": {}", path_, std::generic_category().message(number)));
    }
    EnvironmentFile(const EnvironmentFile&) = delete;
    ~EnvironmentFile() { ::unlink(path_.c_str()); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// The first process of a container, held by a descriptor, so that its number can be nobody else's.
struct Container {
    std::string name;
    int pid = 0;
    int descriptor = -1;
    OomRecord oom;
};

class ContainerRuntimeOfJob : public JobRuntime {
public:
    ContainerRuntimeOfJob(asio::io_context& context, std::string name, std::string marker, std::string program)
        : context_(context),
          name_(std::move(name)),
          marker_(std::move(marker)),
          program_(std::move(program)),
          host_(make_process_runtime(context, name_, marker_)) {}
    ~ContainerRuntimeOfJob() override {
        for (const Container& container : containers_) ::close(container.descriptor);
    }

    std::string text() const override {
        return fmt::format("containers of {} with the label {}={}, {}", program_, job_label, marker_, host_->text());
    }

    JobGroup group() const override {
        JobGroup group = host_->group();
        group.container_program = program_;
        return group;
    }

    asio::awaitable<std::unique_ptr<RunningProcess>> start(ProcessToStart process) override {
        if (process.runtime.kind == RuntimeKind::process) co_return co_await host_->start(std::move(process));
        const std::string name = fmt::format("{}-{}-{}", name_, process.name, ++number_);
        process.env[job_marker_name] = marker_;
        co_await create(name, process);
        if (has_killed_) throw Error(ErrorKind::interrupted, name, "the deployment is being ended");
        std::vector<std::string> command{program_, "start", name};
        co_await run_or_throw(std::move(command), start_s, "starting the container");
        auto running = co_await ContainerProcess::attach(context_, program_, name);
        const int pid = running->pid();
        const int descriptor = pid > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)) : -1;
        if (descriptor >= 0) containers_.push_back({name, pid, descriptor, OomRecord(cgroup_of(pid))});
        if (has_killed_) kill();
        co_return running;
    }

    std::vector<int> processes() const override {
        std::vector<int> all = host_->processes();
        for (const Container& container : containers_) {
            if (!is_alive(container)) continue;
            all.push_back(container.pid);
            const std::vector<int> others = descendants_of(container.pid);
            all.insert(all.end(), others.begin(), others.end());
        }
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        return all;
    }

    std::optional<int> host_pid(int pid) const override {
        for (const int candidate : processes()) {
            if (pid_inside(candidate) == pid) return candidate;
        }
        return std::nullopt;
    }

    bool was_out_of_memory(int pid) const override {
        return host_->was_out_of_memory(pid) ||
               std::any_of(containers_.begin(), containers_.end(),
                           [pid](const Container& container) { return container.oom.has_killed(pid); });
    }

    void kill() override {
        has_killed_ = true;
        for (const Container& container : containers_) {
            if (!is_alive(container)) continue;
            // The kernel then ends all that is left in its pid namespace.
            if (::syscall(SYS_pidfd_send_signal, container.descriptor, SIGKILL, nullptr, 0) != 0 && errno == EPERM)
                kill_by_runtime(container.name);
        }
        host_->kill();
    }

    void note_residue() override { host_->note_residue(); }

    asio::awaitable<void> remove_residue() override {
        // It blocks, for a minute where the runtime does not answer; the guard still has its status to tell.
        asio::steady_timer done(context_, asio::steady_timer::time_point::max());
        std::string left;
        std::thread remover([&] {
            left = remove_containers(program_, marker_);
            asio::post(context_, [&done] { done.cancel(); });
        });
        co_await done.async_wait(result_of);
        remover.join();
        if (!left.empty()) std::fprintf(stderr, "%s\n", left.c_str());  // guard.log; "down" tries again and says it
        co_await host_->remove_residue();
    }

private:
    static bool is_alive(const Container& container) {
        const bool is_there =
            ::syscall(SYS_pidfd_send_signal, container.descriptor, 0, nullptr, 0) == 0 || errno == EPERM;
        const auto look = is_there ? look_at(container.pid) : std::nullopt;
        return look && look->state != 'Z';
    }

    asio::awaitable<void> create(const std::string& name, const ProcessToStart& process) {
        const EnvironmentFile env(fmt::format("{}/{}.env", host_->group().temporary, name), process.env);
        std::vector<std::string> command{program_,     "create",  "--name",
                                         name,         "--label", fmt::format("{}={}", job_label, marker_),
                                         "--env-file", env.path()};
        command.insert(command.end(), process.runtime.options.begin(), process.runtime.options.end());
        command.insert(command.end(), {"--mount", fmt::format("type=volume,source={},target={}",
                                                              process.runtime.cache_volume, process.cache_folder)});
        command.insert(command.end(), {"--entrypoint", process.argv.at(0), process.runtime.image});
        command.insert(command.end(), process.argv.begin() + 1, process.argv.end());
        co_await run_or_throw(std::move(command), create_s, "making a container");
    }

    asio::awaitable<void> run_or_throw(std::vector<std::string> command, double timeout_s, const char* what) {
        const std::string name = command[2] == "--name" ? command[3] : command[2];
        const CommandOutput said = co_await run_command(context_, std::move(command), timeout_s);
        if (!said.is_success())
            throw Error(ErrorKind::system, name,
                        fmt::format("{} \"{}\" with {}: {}", what, name, program_, said.complaint()));
    }

    void kill_by_runtime(const std::string& name) {
        asio::co_spawn(
            context_,
            [this, name]() -> asio::awaitable<void> {
                std::vector<std::string> command{program_, "kill", name};
                try {
                    co_await run_command(context_, std::move(command), start_s);
                } catch (const Error&) {
                    // What is left is removed at the end, or said by "down".
                }
            },
            asio::detached);
    }

    asio::io_context& context_;
    const std::string name_, marker_, program_;
    std::unique_ptr<JobRuntime> host_;
    std::vector<Container> containers_;
    int number_ = 0;
    bool has_killed_ = false;
};

}  // namespace

std::unique_ptr<JobRuntime> make_runtime(const HostLaunch& host, asio::io_context& context, const std::string& name,
                                         std::string marker) {
    for (const ProcessSpec& process : host.processes) {
        if (process.runtime.kind == RuntimeKind::process) continue;
        return std::make_unique<ContainerRuntimeOfJob>(context, name, std::move(marker), process.runtime.program);
    }
    return make_process_runtime(context, name, std::move(marker));
}

}  // namespace r1cluster::detail
