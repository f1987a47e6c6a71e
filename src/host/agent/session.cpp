// SPDX-License-Identifier: Apache-2.0
#include "host/agent/session.hpp"

#include <pthread.h>
#include <signal.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <future>

#include "r1cluster/host/hosts.hpp"

namespace r1cluster {
namespace detail {
namespace {

constexpr auto poll_interval = std::chrono::milliseconds(100);

/// While it lives, this thread blocks every signal, and so does a thread that it starts. That thread then gets an
/// error from a pipe whose reader has gone, whatever the process does with SIGPIPE.
class WithoutSignals {
public:
    WithoutSignals() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    WithoutSignals(const WithoutSignals&) = delete;
    WithoutSignals& operator=(const WithoutSignals&) = delete;

private:
    sigset_t before_;
};

std::thread start_thread(asio::io_context& context) {
    const WithoutSignals without_signals;
    return std::thread([&context] { context.run(); });
}

}  // namespace

Session::Session(DeploymentSpec spec, HostOptions options)
    : options_(std::move(options)),
      hosts_(context_, std::move(spec), queued(options_)),
      keep_running_(context_.get_executor()),
      thread_(start_thread(context_)) {}

Session::~Session() {
    context_.stop();
    thread_.join();
}

HostOptions Session::queued(HostOptions options) {
    options.is_cancelled = nullptr;
    if (!options.on_progress) return options;
    options.on_progress = [this](const Progress& progress) {
        const std::lock_guard lock(progress_mutex_);
        progress_.push_back(progress);
    };
    return options;
}

void Session::deliver_progress() {
    std::vector<Progress> pending;
    {
        const std::lock_guard lock(progress_mutex_);
        pending.swap(progress_);
    }
    for (const Progress& progress : pending) options_.on_progress(progress);
}

std::unique_lock<std::timed_mutex> Session::take_turn(Interruption interruption) {
    std::unique_lock turn(turn_, std::defer_lock);
    while (!turn.try_lock_for(poll_interval)) {
        if (interruption == Interruption::as_asked && is_cancelled()) throw interruption_error();
    }
    return turn;
}

void Session::run(std::function<asio::awaitable<void>(Agents&)> work, Interruption interruption) {
    if (interruption == Interruption::as_asked && is_cancelled()) throw interruption_error();
    const auto turn = take_turn(interruption);
    std::promise<void> promise;
    std::future<void> done = promise.get_future();
    std::function<asio::awaitable<void>()> call = [&]() -> asio::awaitable<void> {
        hosts_.begin_call();
        return work(hosts_);
    };
    asio::co_spawn(context_, std::move(call), [&](std::exception_ptr thrown) {
        hosts_.begin_call();  // what runs beside the calls is not interrupted with them
        if (thrown) {
            promise.set_exception(thrown);
        } else {
            promise.set_value();
        }
    });
    bool is_interrupted = false;
    std::exception_ptr thrown_by_caller;
    const auto look_after_caller = [&] {
        try {
            deliver_progress();
            if (interruption == Interruption::never || is_interrupted || !is_cancelled()) return;
        } catch (...) {
            if (!thrown_by_caller) thrown_by_caller = std::current_exception();
            if (is_interrupted) return;
        }
        is_interrupted = true;
        post([this] { hosts_.interrupt(); });
    };
    while (done.wait_for(poll_interval) != std::future_status::ready) look_after_caller();
    look_after_caller();
    if (thrown_by_caller) std::rethrow_exception(thrown_by_caller);
    done.get();
}

void Session::pause(double duration_s) const {
    const auto end = std::chrono::steady_clock::now() + seconds(duration_s);
    while (std::chrono::steady_clock::now() < end) {
        if (is_cancelled()) throw interruption_error();
        std::this_thread::sleep_for(poll_interval);
    }
}

void Session::run_beside(std::function<asio::awaitable<void>(Agents&)> work) {
    asio::co_spawn(
        context_, [this, work = std::move(work)] { return work(hosts_); }, asio::detached);
}

void Session::post(std::function<void()> work) { asio::post(context_, std::move(work)); }

}  // namespace detail

Hosts::Hosts(const DeploymentSpec& spec, const HostOptions& options)
    : session_(std::make_shared<detail::Session>(validated(spec), options)) {}
Hosts::~Hosts() = default;
Hosts::Hosts(Hosts&&) noexcept = default;
Hosts& Hosts::operator=(Hosts&&) noexcept = default;

const DeploymentSpec& Hosts::spec() const { return session()->spec(); }

const std::shared_ptr<detail::Session>& Hosts::session() const {
    if (!session_) throw Error(ErrorKind::unavailable, "hosts", "using connections that were closed: connect() again");
    return session_;
}

Hosts connect(const DeploymentSpec& spec, const HostOptions& options) {
    Hosts hosts(spec, options);
    hosts.session()->run([](detail::Agents& agents) { return agents.open(); });
    return hosts;
}

}  // namespace r1cluster
