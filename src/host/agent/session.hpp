// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "host/agent/agents.hpp"

namespace r1cluster::detail {

/// The agents of a spec's hosts, and the thread that runs their connections.
class Session {
public:
    enum class Interruption { as_asked, never };

    Session(DeploymentSpec spec, HostOptions options);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    const DeploymentSpec& spec() const { return hosts_.spec(); }

    /// Runs `work` on the connections' thread and waits for it; callers take turns. Calls on_progress, and ten times a
    /// second is_cancelled, on the calling thread. Throws what `work` throws.
    void run(std::function<asio::awaitable<void>(Agents&)> work, Interruption interruption = Interruption::as_asked);

    template <class Result>
    Result run(std::function<asio::awaitable<Result>(Agents&)> work,
               Interruption interruption = Interruption::as_asked) {
        std::optional<Result> result;
        std::function<asio::awaitable<void>(Agents&)> keep = [&](Agents& hosts) -> asio::awaitable<void> {
            result = co_await work(hosts);
        };
        run(std::move(keep), interruption);
        return std::move(*result);
    }

    /// Sleeps on the calling thread, between turns. Throws Error (interrupted) once is_cancelled says so.
    void pause(double duration_s) const;

    /// Runs `work` beside the calls; it must not throw, and not use the hosts' pause().
    void run_beside(std::function<asio::awaitable<void>(Agents&)> work);
    /// Runs `work` on the connections' thread, soon.
    void post(std::function<void()> work);

private:
    HostOptions queued(HostOptions options);
    std::unique_lock<std::timed_mutex> take_turn(Interruption interruption);
    bool is_cancelled() const { return options_.is_cancelled && options_.is_cancelled(); }
    void deliver_progress();

    asio::io_context context_;
    HostOptions options_;
    std::mutex progress_mutex_;
    std::vector<Progress> progress_;
    Agents hosts_;
    std::timed_mutex turn_;
    asio::executor_work_guard<asio::io_context::executor_type> keep_running_;
    std::thread thread_;
};

/// A session of one call.
template <class Result>
Result on_hosts(const DeploymentSpec& spec, const HostOptions& options,
                std::function<asio::awaitable<Result>(Agents&)> work) {
    return Session(spec, options).run<Result>(std::move(work));
}

}  // namespace r1cluster::detail
