// SPDX-License-Identifier: Apache-2.0
#include "host/agent/agents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "host/agent/agent_binary.hpp"
#include "host/agent/protocol.hpp"
#include "host/os/clock.hpp"
#include "host/os/result_of.hpp"

namespace r1cluster::detail {
namespace {

constexpr double straggler_factor = 5;

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

}  // namespace

Error interruption_error() { return Error(ErrorKind::interrupted, "interrupt", "interrupted"); }

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

Agents::Agents(asio::io_context& context, DeploymentSpec spec, HostOptions options)
    : context_(context),
      spec_(std::move(spec)),
      options_(std::move(options)),
      binary_(load_agent_binary(options_)),
      pausing_(context) {}

asio::awaitable<void> Agents::open(std::optional<double> straggler_s) {
    asio::steady_timer stragglers(context_);
    const auto begun = std::chrono::steady_clock::now();
    bool has_answer = false;
    std::vector<std::function<asio::awaitable<void>()>> tasks;
    const std::function<void()> wait_for_stragglers = [&] {
        if (!straggler_s || std::exchange(has_answer, true)) return;
        // Where the first was slow, because this machine is busy or the network slow, so are the others.
        const double first_s = seconds(std::chrono::steady_clock::now() - begun).count();
        const double limit_s = std::max(*straggler_s, straggler_factor * first_s);
        stragglers.expires_after(steady_duration(seconds(limit_s)));
        stragglers.async_wait([this, limit_s](boost::system::error_code cancelled) {
            if (!cancelled) give_up_silent(limit_s);
        });
    };
    for (const HostSpec& host : spec_.hosts) {
        std::unique_ptr<Channel>& channel = channels_[host.name];
        if (channel && channel->is_usable()) {
            has_answer = true;
            continue;
        }
        channel = std::make_unique<Channel>(context_, host, options_, binary_);
        failures_.erase(host.name);
        tasks.push_back(
            [this, &wait_for_stragglers, name = host.name, channel = channel.get()]() -> asio::awaitable<void> {
                try {
                    co_await channel->open();
                    co_await say_hello(*channel, seconds(options_.request_timeout_s));
                    wait_for_stragglers();
                    report("connect", name + ": connected");
                } catch (const Error& error) {
                    failures_.emplace(name, error);
                    report("connect", fmt::format("{}: {}", name, error.what()));
                }
            });
    }
    if (std::exchange(has_answer, false)) wait_for_stragglers();
    co_await together(context_, std::move(tasks));
    stragglers.cancel();
    throw_if_interrupted();
}

void Agents::give_up_silent(double straggler_s) {
    for (auto& [name, channel] : channels_) {
        if (channel->is_usable()) continue;
        channel->fail(Error(
            ErrorKind::timed_out, name,
            fmt::format("connecting to {}: no answer within {:.0f} s after another host answered", name, straggler_s)));
    }
}

std::optional<Error> Agents::unreachable(const std::string& host) const {
    const auto failure = failures_.find(host);
    if (failure == failures_.end()) return std::nullopt;
    return failure->second;
}

asio::awaitable<boost::json::value> Agents::call_method(std::string host, std::string method, boost::json::value params,
                                                        std::optional<double> timeout_s) {
    throw_if_interrupted();
    if (const auto failure = unreachable(host)) throw *failure;
    return channels_.at(host)->call(std::move(method), std::move(params),
                                    seconds(timeout_s.value_or(options_.request_timeout_s)));
}

void Agents::throw_if_interrupted() const {
    if (is_interrupted_) throw interruption_error();
}

asio::awaitable<void> Agents::pause(double duration_s) {
    throw_if_interrupted();
    pausing_.expires_after(steady_duration(seconds(duration_s)));
    co_await pausing_.async_wait(result_of);
    throw_if_interrupted();
}

void Agents::begin_call() {
    is_interrupted_ = false;
    begun_.clear();
}

void Agents::interrupt() {
    is_interrupted_ = true;
    pausing_.cancel();
    for (auto& [name, channel] : channels_) {
        // A channel that is still being opened has nothing to undo on its host.
        if (channel->is_greeted()) {
            channel->interrupt(interruption_error());
        } else {
            channel->fail(interruption_error());
        }
    }
}

void Agents::report(const std::string& step, const std::string& text, bool is_done) {
    const auto now = std::chrono::steady_clock::now();
    const auto begin = begun_.try_emplace(step, now).first->second;
    if (options_.on_progress) options_.on_progress({step, text, seconds(now - begin).count(), is_done});
}

}  // namespace r1cluster::detail
