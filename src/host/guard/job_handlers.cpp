// SPDX-License-Identifier: Apache-2.0
#include "host/guard/job_handlers.hpp"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/json/serialize.hpp>

#include "host/agent/images.hpp"
#include "host/guard/guard_client.hpp"
#include "host/guard/guard_process.hpp"
#include "host/guard/job_logs.hpp"
#include "host/guard/job_record.hpp"
#include "host/guard/token_probe.hpp"
#include "host/os/command.hpp"
#include "host/os/digest.hpp"
#include "host/os/files.hpp"
#include "host/os/result_of.hpp"
#include "r1cluster/base/json.hpp"

namespace r1cluster::detail {
namespace {

using protocol::GuardVerb;
constexpr double guard_start_s = 10;
constexpr double leftovers_s = 10;
constexpr double forced_end_s = 5;
constexpr double folder_lock_s = 30;
constexpr double token_timeout_s = 60;
constexpr double volume_s = 30;

/// The folder that a request is about.
template <class Request>
JobFolder folder_of(const Request& request) {
    return {request.deployment, request.host};
}

/// Whether the folder holds the job that the request is about.
template <class Request>
bool is_of_another_up(const Request& request, const JobFolder& folder) {
    return !request.generation.empty() && is_created(folder) && folder.generation() != request.generation;
}

/// Throws Error for a secret or file that a process of this host could not be given: before anything starts.
void check_secrets(const protocol::JobCreate& request) {
    const auto plan = from_json<LaunchPlan>(request.launch_plan, "launch_plan");
    const HostLaunch* mine = plan.find(request.host);
    if (!mine) return;
    for (const ProcessSpec& process : mine->processes) {
        for (const SecretVariable& secret : process.secrets) read_secret(secret.file);
        for (const LaunchFile& file : process.files) content_of(file);
    }
}

/// What compiled code depends on: the engine, and how its processes of this host are called.
std::string cache_key_of(const LaunchPlan& plan, const HostLaunch& host) {
    std::string text = plan.engine + " " + plan.engine_version;
    for (const ProcessSpec& process : host.processes) {
        text += "\n" + process.runtime.image;
        for (const std::string& argument : process.argv) text += '\0' + argument;
        const auto devices = process.env.find("CUDA_VISIBLE_DEVICES");
        if (devices != process.env.end()) text += '\0' + devices->second;
    }
    return sha256_hex(text);
}

/// What containers leave for the next start, until the deployment is purged: the file "container.json" of the folder.
struct KeptContainerParts {
    std::string program;
    std::string image;
    std::string cache_volume;
};
BOOST_DESCRIBE_STRUCT(KeptContainerParts, (), (program, image, cache_volume))

std::optional<KeptContainerParts> kept_parts_of(const HostLaunch& host) {
    for (const ProcessSpec& process : host.processes) {
        const Runtime& runtime = process.runtime;
        if (runtime.kind != RuntimeKind::process)
            return KeptContainerParts{runtime.program, runtime.image, runtime.cache_volume};
    }
    return std::nullopt;
}

class Jobs {
public:
    explicit Jobs(asio::io_context& context) : context_(context), guards_(context) {}

    asio::awaitable<HostStatus> create(protocol::JobCreate request) {
        const JobFolder folder = folder_of(request);
        const Lock lock = co_await lock_folder(folder);
        co_await settle(folder, request.host);
        check_secrets(request);
        co_await prepare(folder, request);
        // Before the plan, which makes it a job.
        folder.write("generation", request.generation);
        folder.write("host", request.host);
        folder.write("token", request.token);
        folder.write("plan.json", request.launch_plan);
        start_guard_process(folder);
        co_return co_await first_word(folder);
    }

    asio::awaitable<HostStatus> ask(protocol::JobAsk request) {
        const JobFolder folder = folder_of(request);
        if (is_of_another_up(request, folder)) co_return word_of_another_up(request.host);
        const auto answer = co_await guards_.ask(folder, request.verb, request.generation);
        co_return answer ? *answer : last_word(folder, request.host);
    }

    asio::awaitable<HostStatus> status(protocol::JobStatus request) {
        const JobFolder folder = folder_of(request);
        if (is_of_another_up(request, folder)) co_return word_of_another_up(request.host);
        co_return co_await status_of(folder, request.host);
    }

    asio::awaitable<HostStatus> end(protocol::JobEnd request) {
        const JobFolder folder = folder_of(request);
        const std::string generation = folder.generation();
        if (is_of_another_up(request, folder)) co_return word_of_another_up(request.host);
        HostStatus last = last_word(folder, request.host);
        const bool was_created = is_created(folder);
        // First of all, whatever the files of this folder say. What a guard left that has died is looked for below.
        if (was_created) last = co_await end_guard(folder, std::move(last), generation);
        if (!folder.exists()) co_return last;
        const Lock lock = co_await lock_folder(folder);
        // Meanwhile another `up` may have found that the guard has ended, and created its job.
        if (is_created(folder) && (!was_created || folder.generation() != generation)) co_return last;
        if (was_created) clear_leftovers(folder);
        if (request.purge) co_await purge_container_parts(folder);
        folder.remove(request.purge);
        if (!was_created) co_return last;
        if (last.phase != Phase::failed) last.phase = Phase::stopped;
        for (ProcessStatus& process : last.processes) process.is_alive = false;
        for (RankStatus& rank : last.ranks) rank.is_alive = false;
        co_return last;
    }

    asio::awaitable<protocol::JobLogs::Reply> logs(protocol::JobLogs request) {
        co_return read_job_logs(folder_of(request), request);
    }

private:
    asio::awaitable<void> prepare(JobFolder folder, protocol::JobCreate request) {
        const auto plan = from_json<LaunchPlan>(request.launch_plan, "launch_plan");
        const HostLaunch* mine = plan.find(request.host);
        const auto kept = mine ? kept_parts_of(*mine) : std::nullopt;
        const std::string key = mine ? cache_key_of(plan, *mine) : std::string();
        if (kept && !folder.has_cache_of(key)) co_await remove_cache_volume(*kept);
        folder.prepare(key);
        if (kept) folder.write("container.json", json::serialize(to_value(*kept)));
    }

    /// A volume that is not there is no failure, and one that cannot be removed is used again.
    asio::awaitable<void> remove_cache_volume(KeptContainerParts kept) {
        std::vector<std::string> command{kept.program, "volume", "rm", "--force", kept.cache_volume};
        try {
            co_await run_command(context_, std::move(command), volume_s);
        } catch (const Error&) {
        }
    }

    asio::awaitable<void> purge_container_parts(JobFolder folder) {
        const auto kept = saved<KeptContainerParts>(folder, "container.json");
        if (!kept) co_return;
        co_await remove_cache_volume(*kept);
        try {
            co_await remove_fetched_image(context_, kept->program, kept->image);
        } catch (const Error&) {
            // Recorded still, for the next "down --purge" of a deployment with this image.
        }
    }

    asio::awaitable<Lock> lock_folder(JobFolder folder) {
        asio::steady_timer pause(context_);
        for (double waited_s = 0; waited_s < folder_lock_s; waited_s += 0.02) {
            if (auto lock = Lock::try_take(folder)) co_return std::move(*lock);
            pause.expires_after(std::chrono::milliseconds(20));
            co_await pause.async_wait(result_of);
        }
        throw Error(
            ErrorKind::timed_out, folder.path(),
            fmt::format("locking \"{}\": another agent starts or removes this deployment for more than {:.0f} s",
                        folder.path(), folder_lock_s));
    }

    /// A job is there already: it runs, and nobody may disturb it, or it has ended.
    asio::awaitable<void> settle(JobFolder folder, std::string host) {
        if (!is_created(folder)) co_return;
        if (!Lock::try_take(folder.file("lock"))) {
            const HostStatus now = co_await status_of(folder, host);
            throw Error(
                ErrorKind::unavailable, host,
                fmt::format(
                    "a guard (pid {}) of this deployment runs here already, phase {}; end it with \"r1cluster down\"",
                    now.guard_pid, to_text(now.phase)));
        }
        clear_leftovers(folder);
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

    asio::awaitable<HostStatus> status_of(JobFolder folder, std::string host) {
        std::optional<HostStatus> answer;
        if (is_created(folder)) answer = co_await guards_.ask(folder, GuardVerb::status);
        co_return answer ? *answer : last_word(folder, host);
    }

    /// Asks the guard to end its processes and waits until it has. A guard that cannot be asked is ended by force; what
    /// it guarded is then among the leftovers.
    asio::awaitable<HostStatus> end_guard(JobFolder folder, HostStatus last, std::string generation) {
        std::optional<GuardUnusable> unusable;
        try {
            if (const auto answer = co_await guards_.ask(folder, GuardVerb::stop, generation)) last = *answer;
        } catch (const GuardUnusable& error) {
            unusable = error;
        }
        if (unusable) {
            if (!kill_guard_process(folder)) throw *unusable;
            last.because = fmt::format("{}; it was ended by force, with all that it guarded", unusable->what());
        }
        const LaunchPlan plan = saved<LaunchPlan>(folder, "plan.json").value_or(LaunchPlan());
        const double limit_s = unusable ? forced_end_s : plan.drain_s + plan.grace_s + leftovers_s;
        asio::steady_timer pause(context_);
        for (double waited_s = 0; waited_s < limit_s; waited_s += 0.05) {
            if (Lock::try_take(folder.file("lock")) && Lock::try_take(folder.file("watchdog")))
                co_return unusable ? last : final_word(folder, last);
            pause.expires_after(std::chrono::milliseconds(50));
            co_await pause.async_wait(result_of);
        }
        throw still_there(folder, limit_s);
    }

    static HostStatus final_word(const JobFolder& folder, const HostStatus& last) {
        return saved<HostStatus>(folder, "state.json").value_or(last);
    }

    static void clear_leftovers(const JobFolder& folder) {
        if (end_leftovers(folder, leftovers_s) > 0) throw still_there(folder, leftovers_s);
    }

    static Error still_there(const JobFolder& folder, double waited_s) {
        return Error(ErrorKind::timed_out, folder.path(),
                     fmt::format("ending the deployment: processes are still there after {:.0f} s: {}; nothing was "
                                 "removed",
                                 waited_s, describe_leftovers(folder)));
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
