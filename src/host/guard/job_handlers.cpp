// SPDX-License-Identifier: Apache-2.0
#include "host/guard/job_handlers.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "host/guard/containment.hpp"
#include "host/guard/guard_client.hpp"
#include "host/guard/log_file.hpp"
#include "host/guard/residue.hpp"
#include "host/guard/token_probe.hpp"
#include "host/os/child.hpp"

extern char** environ;

namespace r1cluster::detail {
namespace {

using protocol::GuardVerb;
constexpr auto result_of = asio::as_tuple(asio::use_awaitable);
constexpr double guard_start_s = 10;
constexpr double leftovers_s = 10;
constexpr double token_timeout_s = 60;

/// The folder that a request is about.
template <class Request>
JobFolder folder_of(const Request& request) {
    return {request.deployment, request.host};
}

class Jobs {
public:
    explicit Jobs(asio::io_context& context) : context_(context), guards_(context) {}

    asio::awaitable<HostStatus> create(protocol::JobCreate request) {
        const JobFolder folder = folder_of(request);
        if (folder.exists()) co_await settle(folder, request.host);
        folder.prepare();
        folder.write("plan.json", request.launch_plan);
        folder.write("host", request.host);
        folder.write("token", request.token);
        start_guard(folder);
        co_return co_await first_word(folder);
    }

    asio::awaitable<HostStatus> ask(protocol::JobAsk request) {
        const JobFolder folder = folder_of(request);
        const auto answer = co_await guards_.ask(folder, request.verb);
        co_return answer ? *answer : last_word(folder, request.host);
    }

    asio::awaitable<HostStatus> status(protocol::JobStatus request) {
        return status_of(folder_of(request), request.host);
    }

    asio::awaitable<HostStatus> end(protocol::JobEnd request) {
        const JobFolder folder = folder_of(request);
        if (!is_created(folder)) {
            if (request.purge && folder.exists()) folder.remove(true);
            co_return last_word(folder, request.host);
        }
        // First of all, whatever the files of this folder say. What a guard left that has died is looked for below.
        const auto answer = co_await guards_.ask(folder, GuardVerb::stop);
        HostStatus last = answer ? *answer : last_word(folder, request.host);
        if (const auto ended = co_await await_end(folder)) last = *ended;
        end_leftovers(folder);
        folder.remove(request.purge);
        if (last.phase != Phase::failed) last.phase = Phase::stopped;
        for (ProcessStatus& process : last.processes) process.is_alive = false;
        for (RankStatus& rank : last.ranks) rank.is_alive = false;
        co_return last;
    }

    asio::awaitable<protocol::JobLogs::Reply> logs(protocol::JobLogs request) {
        const JobFolder folder = folder_of(request);
        protocol::JobLogs::Reply texts;
        for (const std::string& name : folder.log_files()) {
            const auto known = request.offsets.find(name);
            const auto offset = known == request.offsets.end() ? std::nullopt : std::optional(known->second);
            texts[name] = read_from(folder.file("logs/" + name), offset, request.tail_bytes);
        }
        co_return texts;
    }

private:
    /// A folder is there already: of a running deployment, which nobody may disturb, or of one that has ended.
    asio::awaitable<void> settle(JobFolder folder, std::string host) {
        const HostStatus now = co_await status_of(folder, host);
        if (now.guard_pid != 0 && Lock::try_take(folder.file("lock")) == std::nullopt) {
            throw Error(
                ErrorKind::unavailable, host,
                fmt::format(
                    "a guard (pid {}) of this deployment runs here already, phase {}; end it with \"r1cluster down\"",
                    now.guard_pid, to_text(now.phase)));
        }
        end_leftovers(folder);
    }

    static void start_guard(const JobFolder& folder) {
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

    asio::awaitable<HostStatus> first_word(JobFolder folder) {
        asio::steady_timer pause(context_);
        for (double waited_s = 0; waited_s < guard_start_s; waited_s += 0.02) {
            if (const auto failure = folder.read("failure")) {
                const std::string text = *failure;
                folder.remove(true);
                throw Error(ErrorKind::unavailable, folder.path(), "starting the guard: " + text);
            }
            if (const auto answer = co_await guards_.ask(folder, GuardVerb::status)) co_return *answer;
            pause.expires_after(std::chrono::milliseconds(20));
            co_await pause.async_wait(result_of);
        }
        throw Error(ErrorKind::timed_out, folder.path(),
                    fmt::format("starting the guard: no word from it within {:.0f} s, see {}", guard_start_s,
                                folder.file("logs/guard.log")));
    }

    static bool is_created(const JobFolder& folder) { return folder.read("plan.json").has_value(); }

    asio::awaitable<HostStatus> status_of(JobFolder folder, std::string host) {
        std::optional<HostStatus> answer;
        if (is_created(folder)) answer = co_await guards_.ask(folder, GuardVerb::status);
        co_return answer ? *answer : last_word(folder, host);
    }

    /// What a file of the folder says, which a guard of another build may have written; nullopt: nothing to be read.
    template <class Value>
    static std::optional<Value> saved(const JobFolder& folder, const std::string& name) {
        try {
            if (const auto text = folder.read(name)) return from_json_leniently<Value>(*text, folder.file(name));
        } catch (const Error& error) {
            std::cerr << error.what() << std::endl;
        }
        return std::nullopt;
    }

    /// The status where no guard answers: it has ended, it died, or there never was one.
    static HostStatus last_word(const JobFolder& folder, const std::string& host) {
        HostStatus status = saved<HostStatus>(folder, "state.json").value_or(HostStatus());
        status.host = host;
        if (!is_created(folder)) status.phase = Phase::absent;
        if (status.phase == Phase::absent || status.phase == Phase::failed || status.phase == Phase::stopped)
            return status;
        status.phase = Phase::failed;
        status.cause = Cause{};
        status.cause->host = host;
        status.cause->text =
            fmt::format("the guard on {} (pid {}) died; \"r1cluster down\" ends what it left", host, status.guard_pid);
        return status;
    }

    /// Until the guard has let go of its lock; its last state.
    asio::awaitable<std::optional<HostStatus>> await_end(JobFolder folder) {
        const LaunchPlan plan = saved<LaunchPlan>(folder, "plan.json").value_or(LaunchPlan());
        const double limit_s = plan.grace_s + leftovers_s;
        asio::steady_timer pause(context_);
        for (double waited_s = 0; waited_s < limit_s; waited_s += 0.05) {
            if (Lock::try_take(folder.file("lock"))) co_return saved<HostStatus>(folder, "state.json");
            pause.expires_after(std::chrono::milliseconds(50));
            co_await pause.async_wait(result_of);
        }
        throw Error(ErrorKind::timed_out, folder.path(),
                    fmt::format("ending the deployment: processes are still there after {:.0f} s (in the driver, "
                                "maybe); nothing was removed",
                                limit_s));
    }

    static void end_leftovers(const JobFolder& folder) {
        const auto group = saved<JobGroup>(folder, "group");
        if (!group) return;
        kill_leftovers(group->cgroup, group->marker, leftovers_s);
        remove_temporary_folder(group->temporary);
    }

    static protocol::LogText read_from(const std::string& path, std::optional<std::uint64_t> offset,
                                       std::uint64_t tail_bytes) {
        constexpr std::uint64_t piece_bytes = 4 << 20;
        std::ifstream file(path, std::ios::binary | std::ios::ate);
        const auto size = static_cast<std::uint64_t>(std::max<std::streamoff>(0, file.tellg()));
        std::uint64_t from = offset.value_or(tail_bytes > 0 && size > tail_bytes ? size - tail_bytes : 0);
        if (from > size) from = 0;  // it was rotated
        std::string text(std::min(size - from, piece_bytes), '\0');
        file.seekg(static_cast<std::streamoff>(from));
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(file.gcount()));
        const std::uint64_t end = from + text.size();
        return {log_text(text), end, size};
    }

    asio::io_context& context_;
    GuardClient guards_;
};

}  // namespace

void add_job_handlers(asio::io_context& context, Handlers& handlers) {
    const auto jobs = std::make_shared<Jobs>(context);
    add_handler<protocol::JobCreate>(handlers, [jobs](auto request) { return jobs->create(std::move(request)); });
    add_handler<protocol::JobAsk>(handlers, [jobs](auto request) { return jobs->ask(std::move(request)); });
    add_handler<protocol::JobStatus>(handlers, [jobs](auto request) { return jobs->status(std::move(request)); });
    add_handler<protocol::JobEnd>(handlers, [jobs](auto request) { return jobs->end(std::move(request)); });
    add_handler<protocol::JobLogs>(handlers, [jobs](auto request) { return jobs->logs(std::move(request)); });
    add_handler<protocol::JobToken>(
        handlers, [](auto request) { return probe_token(std::move(request.readiness), token_timeout_s); });
}

}  // namespace r1cluster::detail
