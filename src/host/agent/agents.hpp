// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/reflect_json.hpp"
#include "host/agent/channel.hpp"

namespace r1cluster::detail {

/// What one host answered, or why it did not.
template <class Value>
struct Reply {
    std::optional<Value> value;
    std::optional<Error> error;
};

template <class Value>
using Replies = std::map<std::string, Reply<Value>>;  // by host

Error interruption_error();

/// The agents of all hosts of a spec. Whatever is asked of several hosts is asked of all at once.
class Agents {
public:
    Agents(asio::io_context& context, DeploymentSpec spec, HostOptions options);

    /// Connects to every host that has no connection, or a broken one. A host that cannot be reached is no failure of
    /// open(): see unreachable(). With `straggler_s`, hosts that are silent for so long after the first has answered,
    /// or five times as long as the first took, are given up, so that one silent host does not hold up what the others
    /// have to say.
    asio::awaitable<void> open(std::optional<double> straggler_s = {});
    /// Why there is no agent on this host; nullopt: there is one.
    std::optional<Error> unreachable(const std::string& host) const;

    /// One question of the protocol to one host. Throws what the agent threw, or why it could not be asked.
    template <class Request>
    asio::awaitable<typename Request::Reply> call(std::string host, Request request,
                                                  std::optional<double> timeout_s = {}) {
        boost::json::value params = to_value(request);
        const boost::json::value answer = co_await call_method(host, Request::method, std::move(params), timeout_s);
        co_return from_value<typename Request::Reply>(answer, host);
    }
    /// The same question to every host, or to those that `is_asked` names, each with its own request; hosts without
    /// agent answer with the reason.
    template <class Request>
    asio::awaitable<Replies<typename Request::Reply>> call_all(std::function<Request(const HostSpec&)> request,
                                                               std::optional<double> timeout_s = {},
                                                               std::function<bool(const HostSpec&)> is_asked = {});

    /// Waits; throws Error (interrupted) when the caller has asked to stop.
    asio::awaitable<void> pause(double duration_s);

    /// A call of the library begins, with its own interruption and its own clock for progress.
    void begin_call();
    /// The caller asked to stop: whatever waits fails with Error (interrupted), and so does what follows ...
    void interrupt();
    /// ... until the work of undoing begins.
    void begin_undo() { is_interrupted_ = false; }

    void report(const std::string& step, const std::string& text, bool is_done = false);
    const DeploymentSpec& spec() const { return spec_; }
    const HostOptions& options() const { return options_; }
    asio::io_context& context() { return context_; }

private:
    asio::awaitable<boost::json::value> call_method(std::string host, std::string method, boost::json::value params,
                                                    std::optional<double> timeout_s);
    void throw_if_interrupted() const;
    void give_up_silent(double straggler_s);

    asio::io_context& context_;
    DeploymentSpec spec_;
    HostOptions options_;
    AgentBinary binary_;
    std::map<std::string, std::unique_ptr<Channel>> channels_;
    std::map<std::string, Error> failures_;
    std::map<std::string, std::chrono::steady_clock::time_point> begun_;
    asio::steady_timer pausing_;
    bool is_interrupted_ = false;
};

/// Runs all of these side by side and waits for the last. They must not throw.
asio::awaitable<void> together(asio::io_context& context, std::vector<std::function<asio::awaitable<void>()>> tasks);

template <class Request>
asio::awaitable<Replies<typename Request::Reply>> Agents::call_all(std::function<Request(const HostSpec&)> request,
                                                                   std::optional<double> timeout_s,
                                                                   std::function<bool(const HostSpec&)> is_asked) {
    Replies<typename Request::Reply> replies;
    std::vector<std::function<asio::awaitable<void>()>> tasks;
    for (const HostSpec& host : spec_.hosts) {
        if (is_asked && !is_asked(host)) continue;
        auto& reply = replies[host.name];
        tasks.push_back([this, &host, &reply, &request, timeout_s]() -> asio::awaitable<void> {
            try {
                reply.value = co_await call(host.name, request(host), timeout_s);
            } catch (const Error& error) {
                reply.error = error;
            } catch (const std::exception& error) {
                // What one host answers must not hide what the others do.
                reply.error = Error(ErrorKind::unavailable, host.name, host.name + ": " + error.what());
            }
        });
    }
    co_await together(context_, std::move(tasks));
    throw_if_interrupted();
    co_return replies;
}

}  // namespace r1cluster::detail
