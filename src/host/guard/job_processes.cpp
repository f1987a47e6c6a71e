// SPDX-License-Identifier: Apache-2.0
#include "host/guard/job_processes.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "host/os/clock.hpp"
#include "host/os/exit_watch.hpp"
#include "host/os/files.hpp"
#include "host/os/result_of.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {

namespace asio = boost::asio;
constexpr std::string_view state_folder = "{state}";

JobProcesses::JobProcesses(asio::io_context& context, const JobFolder& folder, const LaunchPlan& plan,
                           const HostLaunch& mine, JobRuntime& runtime, const supervise::State& state,
                           std::function<void(const supervise::Event&)> happen)
    : context_(context),
      folder_(folder),
      plan_(plan),
      mine_(mine),
      runtime_(runtime),
      state_(state),
      happen_(std::move(happen)) {}

void JobProcesses::start(const std::string& name) {
    for (const ProcessSpec& process : mine_.processes) {
        if (process.name == name) asio::co_spawn(context_, run(process), asio::detached);
    }
}

void JobProcesses::drain() {
    for (const ProcessSpec& process : mine_.processes) {
        const auto running = running_.find(process.name);
        if (process.is_drained && running != running_.end() && running->second.status.is_alive)
            running->second.process->drain();
    }
}

void JobProcesses::terminate() {
    for (auto& [name, running] : running_) {
        if (running.process && running.status.is_alive) running.process->terminate();
    }
}

bool JobProcesses::is_any_alive() const {
    return std::any_of(running_.begin(), running_.end(),
                       [](const auto& entry) { return entry.second.status.is_alive; });
}

void JobProcesses::describe(HostStatus& status, bool is_over) const {
    status.activity = activity_;
    for (const auto& [name, running] : running_) {
        status.processes.push_back(running.status);
        if (is_over) status.processes.back().is_alive = false;
    }
    for (const ProcessSpec& process : mine_.processes) {
        for (const int rank : process.ranks) {
            const auto seen = state_.ranks.find(rank);
            const int pid = seen == state_.ranks.end() ? 0 : seen->second;
            status.ranks.push_back({rank, pid, pid > 0 && !is_over && !ended_ranks_.contains(rank)});
        }
    }
}

std::string JobProcesses::expanded(std::string text) const {
    if (text.starts_with(state_folder)) text.replace(0, state_folder.size(), folder_.path());
    return text;
}

void JobProcesses::write_files(const ProcessSpec& process) const {
    for (const LaunchFile& file : process.files) folder_.write("files/" + file.name, content_of(file));
}

std::map<std::string, std::string> JobProcesses::environment(const ProcessSpec& process) const {
    std::map<std::string, std::string> env;
    // A container has paths and a home of its own.
    if (process.runtime.kind == RuntimeKind::process) env = passed_environment();
    env.erase("TMPDIR");  // the runtime has one, which is taken away afterwards
    for (const auto& [name, value] : process.env) env[name] = expanded(value);
    for (const SecretVariable& secret : process.secrets) env[secret.name] = read_secret(secret.file);
    return env;
}

ProcessToStart JobProcesses::to_start(const ProcessSpec& process, std::vector<std::string> argv) const {
    ProcessToStart start{process.name, process.runtime, std::move(argv), folder_.file("cache"), environment(process)};
    for (std::string& argument : start.argv) argument = expanded(std::move(argument));
    for (std::string& option : start.runtime.options) {
        for (std::size_t at; (at = option.find(state_folder)) != std::string::npos;)
            option.replace(at, state_folder.size(), folder_.path());
    }
    return start;
}

asio::awaitable<void> JobProcesses::run(ProcessSpec process) {
    Running& running = running_[process.name];
    running.status.name = process.name;
    running.status.log = folder_.log(process.name);
    running.log = std::make_unique<LogFile>(running.status.log, plan_.log_file_bytes, plan_.log_files);
    running.log->on_line = [this, process](const std::string& line) { notice_rank(process, line); };
    try {
        const ProcessToStart start = to_start(process, process.argv);
        write_files(process);
        if (!process.wait_for.empty()) co_await wait_for(process);
        if (state_.phase != Phase::starting) co_return;
        running.process = co_await runtime_.start(start);
    } catch (const Error& error) {
        Cause cause = cause_of(process.name, std::nullopt, 0);
        cause.text = fmt::format("{} on {} did not start: {}", process.name, mine_.host, error.what());
        happen_(supervise::ProcessExited{process.name, cause});
        co_return;
    }
    running.status.pid = running.process->pid();
    running.status.is_alive = true;
    happen_(supervise::ProcessStarted{process.name, running.status.pid});
    asio::co_spawn(context_, keep_log(running), asio::detached);
    double at = 0;
    const std::optional<int> status = co_await running.process->wait([&at] { at = monotonic_s(); });
    // What the process wrote just before its end is in the pipe: the reader gets a moment.
    asio::steady_timer pause(context_, std::chrono::milliseconds(50));
    co_await pause.async_wait(result_of);
    note_end(running, status, at);
}

void JobProcesses::note_end(Running& running, std::optional<int> status, double at) {
    running.log->finish();
    running.status.is_alive = false;
    // What ends because somebody asked the deployment to has not crashed, by whatever signal it was made to leave.
    const bool is_on_request = state_.phase == Phase::stopping && !state_.cause;
    if (status && WIFEXITED(*status)) {
        running.status.exit_code = WEXITSTATUS(*status);
    } else if (status && !is_on_request) {
        running.status.signal = WTERMSIG(*status);
    }
    const std::string& name = running.status.name;
    Cause cause = cause_of(name, status, running.status.pid);
    cause.text = fmt::format("{} on {} (pid {}) {}", name, mine_.host, running.status.pid, describe_end(cause));
    happen_(supervise::ProcessExited{name, cause, at});
}

/// Until the command exits 0, the group ends, or the engine's own time is up.
asio::awaitable<void> JobProcesses::wait_for(const ProcessSpec& process) {
    const double until = monotonic_s() + plan_.readiness.timeout_s;
    asio::steady_timer pause(context_);
    while (state_.phase == Phase::starting) {
        const auto attempt = co_await runtime_.start(to_start(process, process.wait_for));
        const std::optional<int> status = co_await attempt->wait([] {});
        if (status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0) co_return;
        if (monotonic_s() > until) {
            throw Error(ErrorKind::timed_out, process.name,
                        fmt::format("\"{}\" did not succeed within {} s", fmt::join(process.wait_for, " "),
                                    plan_.readiness.timeout_s));
        }
        pause.expires_after(std::chrono::seconds(1));
        co_await pause.async_wait(result_of);
    }
}

asio::awaitable<void> JobProcesses::keep_log(Running& running) {
    std::vector<char> bytes(64 << 10);
    while (running.process) {
        const auto [error, size] = co_await running.process->output().async_read_some(asio::buffer(bytes), result_of);
        if (error) co_return;
        running.log->append(std::string_view(bytes.data(), size));
        activity_ = running.log->last_line();
    }
}

Cause JobProcesses::cause_of(const std::string& process, std::optional<int> status, int pid) const {
    Cause cause;
    cause.host = mine_.host;
    cause.process = process;
    if (pid > 0) cause.pid = pid;
    if (status && WIFSIGNALED(*status)) cause.signal = WTERMSIG(*status);
    if (status && WIFEXITED(*status)) cause.exit_code = WEXITSTATUS(*status);
    cause.is_out_of_memory = cause.signal == SIGKILL && runtime_.was_out_of_memory(pid);
    if (const auto running = running_.find(process); running != running_.end() && running->second.log) {
        cause.last_line = running->second.log->telling_line();
    }
    cause.at = utc_now();
    return cause;
}

}  // namespace r1cluster::detail
