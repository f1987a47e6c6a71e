// SPDX-License-Identifier: Apache-2.0
#include "host/agent/hosts.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "host/agent/agent_binary.hpp"
#include "host/agent/protocol.hpp"

namespace r1cluster::detail {
namespace {

constexpr auto result_of = asio::as_tuple(asio::use_awaitable);
constexpr auto poll_interval = std::chrono::milliseconds(100);

/// A child that ends while we write to it is an error of that write, not the end of the process that uses this library,
/// whatever it does with SIGPIPE.
class WithoutSigpipe {
public:
    WithoutSigpipe() {
        ::sigemptyset(&sigpipe_);
        ::sigaddset(&sigpipe_, SIGPIPE);
        sigset_t pending;
        ::sigpending(&pending);
        was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
        ::pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    ~WithoutSigpipe() {
        const timespec at_once{};
        if (!was_pending_) ::sigtimedwait(&sigpipe_, nullptr, &at_once);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    WithoutSigpipe(const WithoutSigpipe&) = delete;
    WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

private:
    sigset_t sigpipe_, before_;
    bool was_pending_ = false;
};

/// An agent is of another build where its executable was not copied from here: on a local host with a binary of its
/// own.
asio::awaitable<void> say_hello(Channel& channel, seconds timeout) {
    const protocol::Speaker ours{"this controller", protocol::hello_of_agent()};
    boost::json::value said = to_value(ours.hello);
    const std::string host = channel.host().name;
    const boost::json::value answer = co_await channel.call(protocol::Hello::method, std::move(said), timeout);
    const protocol::Speaker theirs{host + ": the agent", from_value_leniently<protocol::Hello>(answer, host)};
    protocol::require_common_protocol(host, ours, theirs, "the r1cluster executable must be of the same build");
}

Error interruption() { return Error(ErrorKind::interrupted, "interrupt", "interrupted"); }

}  // namespace

asio::awaitable<void> together(asio::io_context& context, std::vector<std::function<asio::awaitable<void>()>> tasks) {
    asio::steady_timer all_done(context, std::chrono::steady_clock::time_point::max());
    std::size_t left = tasks.size();
    std::exception_ptr failure;
    for (const auto& task : tasks) {
        asio::co_spawn(context, task(), [&](std::exception_ptr thrown) {
            if (thrown) failure = thrown;
            if (--left == 0) all_done.cancel();
        });
    }
    if (left > 0) co_await all_done.async_wait(result_of);
    if (failure) std::rethrow_exception(failure);
}

Hosts::Hosts(asio::io_context& context, DeploymentSpec spec, HostOptions options)
    : context_(context),
      spec_(std::move(spec)),
      options_(std::move(options)),
      binary_(load_agent_binary(options_)),
      pausing_(context) {
    for (const HostSpec& host : spec_.hosts)
        channels_[host.name] = std::make_unique<Channel>(context_, host, options_, binary_);
}

asio::awaitable<void> Hosts::open() {
    std::vector<std::function<asio::awaitable<void>()>> tasks;
    for (auto& [name, channel] : channels_) {
        tasks.push_back([this, name = name, channel = channel.get()]() -> asio::awaitable<void> {
            try {
                co_await channel->open();
                co_await say_hello(*channel, seconds(options_.request_timeout_s));
                report("connect", name + ": connected");
            } catch (const Error& error) {
                failures_.emplace(name, error);
                report("connect", fmt::format("{}: {}", name, error.what()));
            }
        });
    }
    co_await together(context_, std::move(tasks));
    throw_if_interrupted();
}

std::optional<Error> Hosts::unreachable(const std::string& host) const {
    const auto failure = failures_.find(host);
    if (failure == failures_.end()) return std::nullopt;
    return failure->second;
}

asio::awaitable<boost::json::value> Hosts::call_method(std::string host, std::string method, boost::json::value params,
                                                       std::optional<double> timeout_s) {
    throw_if_interrupted();
    if (const auto failure = unreachable(host)) throw *failure;
    return channels_.at(host)->call(std::move(method), std::move(params),
                                    seconds(timeout_s.value_or(options_.request_timeout_s)));
}

void Hosts::throw_if_interrupted() const {
    if (is_interrupted_) throw interruption();
}

asio::awaitable<void> Hosts::pause(double duration_s) {
    throw_if_interrupted();
    pausing_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(seconds(duration_s)));
    co_await pausing_.async_wait(result_of);
    throw_if_interrupted();
}

void Hosts::interrupt() {
    is_interrupted_ = true;
    pausing_.cancel();
    for (auto& [name, channel] : channels_) {
        // A channel that is still being opened has nothing to undo on its host.
        if (channel->is_greeted()) {
            channel->interrupt(interruption());
        } else {
            channel->fail(interruption());
        }
    }
}

void Hosts::report(const std::string& step, const std::string& text, bool is_done) {
    const auto now = std::chrono::steady_clock::now();
    const auto begin = begun_.try_emplace(step, now).first->second;
    if (options_.on_progress) options_.on_progress({step, text, seconds(now - begin).count(), is_done});
}

void run_loop(asio::io_context& context, Hosts& hosts, std::function<asio::awaitable<void>()> work) {
    const WithoutSigpipe without_sigpipe;
    bool is_done = false, is_interrupted = false;
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown) {
        failure = thrown;
        is_done = true;
        context.stop();
    });
    while (!is_done) {
        context.restart();
        context.run_for(poll_interval);
        if (!is_done && !is_interrupted && hosts.options().is_cancelled && hosts.options().is_cancelled()) {
            is_interrupted = true;
            hosts.interrupt();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace r1cluster::detail
