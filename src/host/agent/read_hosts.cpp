// SPDX-License-Identifier: Apache-2.0
#include "host/agent/read_hosts.hpp"

#include <fmt/format.h>

#include "base/address.hpp"
#include "base/reflect_json.hpp"
#include "host/os/clock.hpp"
#include "host/read/describe.hpp"
#include "r1cluster/host/read/read.hpp"
#include "r1cluster/spec/ports.hpp"
#include "readings/calls.hpp"
#include "readings/describe.hpp"

namespace r1cluster {
namespace detail {
namespace {

constexpr double probe_timeout_s = 5;
constexpr double read_timeout_s = 120;  // the headers of 163 shards on a slow network file system

std::string engine_python(const DeploymentSpec& spec, const HostSpec& host) {
    return host.python.empty() ? spec.engine.python : host.python;
}

std::string python_path(const DeploymentSpec& spec, const HostSpec& host) {
    for (const auto* env : {&host.env, &spec.env}) {
        if (const auto found = env->find("PYTHONPATH"); found != env->end()) return found->second;
    }
    return {};
}

ReadRequest request_for(const DeploymentSpec& spec, const HostSpec& host) {
    ReadRequest request;
    request.host = host.name;
    request.model_path = spec.model.path;
    request.python = engine_python(spec, host);
    request.python_path = python_path(spec, host);
    for (const HostSpec& other : spec.hosts) {
        if (!is_ip_address(other.address)) request.names.push_back(other.address);
        if (other.name != host.name) request.peers.push_back(other.address);
    }
    return request;
}

// Initializer lists do not go together with co_await in one expression (GCC 12), so parameters are made here.
json::object listen_params(const std::string& address) { return {{"address", address}}; }
json::object connect_params(const std::string& address, int port) {
    return {{"address", address}, {"port", port}, {"timeout_s", probe_timeout_s}};
}
json::object path_params(const std::string& path) { return {{"path", path}}; }
json::object bind_params(const DeploymentSpec& spec, const std::string& host) {
    json::array ports;
    for (const PlannedPort& port : planned_ports(spec)) {
        if (port.host == host) ports.push_back(json::object{{"address", port.address}, {"port", port.port}});
    }
    return {{"ports", std::move(ports)}};
}
Answer clock_answer(double offset_s, double uncertainty_s) {
    return {calls::to_text(calls::Clock{offset_s, uncertainty_s}), ""};
}

/// How far a host's clock is from ours: of three questions, the one that was answered soonest.
asio::awaitable<Answer> compare_clock(Hosts& hosts, const std::string& host) {
    std::optional<double> best_offset_s, best_uncertainty_s;
    try {
        for (int i = 0; i < 3; ++i) {
            const double before = unix_time_s();
            const json::value answer = co_await hosts.call(host, "clock", json::object{});
            const double after = unix_time_s();
            const double uncertainty = (after - before) / 2;
            if (!best_uncertainty_s || uncertainty < *best_uncertainty_s) {
                best_uncertainty_s = uncertainty;
                best_offset_s = answer.at("unix_time_s").to_number<double>() - (before + after) / 2;
            }
        }
    } catch (const Error& error) {
        co_return Answer{std::nullopt, error.what()};
    }
    co_return clock_answer(*best_offset_s, *best_uncertainty_s);
}

asio::awaitable<void> try_ports(Hosts& hosts, const std::string& host, Readings& readings) {
    json::object ports = bind_params(hosts.spec(), host);
    if (ports.at("ports").as_array().empty()) co_return;
    const json::value states = co_await hosts.call(host, "bind", std::move(ports));
    for (const auto& state : states.as_object())
        readings.calls[state.key()] = Answer{json::serialize(state.value()), ""};
}

asio::awaitable<void> read_one(Hosts& hosts, const HostSpec& host, Readings& readings) {
    readings.host = host.name;
    try {
        const json::value answer =
            co_await hosts.call(host.name, "read", to_value(request_for(hosts.spec(), host)), read_timeout_s);
        readings = from_value<Readings>(answer, host.name);
        readings.calls["clock()"] = co_await compare_clock(hosts, host.name);
        co_await try_ports(hosts, host.name, readings);
        hosts.report("read", host.name + ": read");
    } catch (const Error& error) {
        readings.unreachable_because = error.what();
    }
}

/// One direction of one pair: `to` listens on the address that its peers know, `from` connects to it.
asio::awaitable<void> probe_path(Hosts& hosts, const HostSpec& from, const HostSpec& to, PathProbe& probe) {
    probe.from_host = from.name;
    probe.to_host = to.name;
    probe.to_address = to.address;
    try {
        const json::value listening =
            co_await hosts.call(to.name, "listen", listen_params(to.address), probe_timeout_s * 2);
        probe.to_port = listening.at("port").to_number<int>();
        const json::value outcome =
            co_await hosts.call(from.name, "connect", connect_params(to.address, probe.to_port), probe_timeout_s * 2);
        probe.is_connected = outcome.at("is_connected").as_bool();
        probe.from_address = std::string(outcome.at("from_address").as_string());
        probe.because = std::string(outcome.at("because").as_string());
        if (probe.is_connected) probe.round_trip_us = outcome.at("round_trip_us").to_number<double>();
    } catch (const Error& error) {
        probe.because = error.what();
    }
}

asio::awaitable<std::vector<PathProbe>> probe_paths(Hosts& hosts) {
    std::vector<const HostSpec*> reached;
    for (const HostSpec& host : hosts.spec().hosts) {
        if (!hosts.unreachable(host.name)) reached.push_back(&host);
    }
    std::vector<PathProbe> probes(reached.size() * (reached.empty() ? 0 : reached.size() - 1));
    std::vector<std::function<asio::awaitable<void>()>> tasks;
    std::size_t next = 0;
    for (const HostSpec* from : reached) {
        for (const HostSpec* to : reached) {
            if (from == to) continue;
            tasks.push_back(
                [&hosts, from, to, &probe = probes[next++]] { return probe_path(hosts, *from, *to, probe); });
        }
    }
    co_await together(hosts.context(), std::move(tasks));
    co_return probes;
}

/// From the first host that has the checkpoint; all of them have said how theirs differ.
asio::awaitable<std::optional<CheckpointText>> read_checkpoint_of(Hosts& hosts) {
    for (const HostSpec& host : hosts.spec().hosts) {
        try {
            const json::value answer =
                co_await hosts.call(host.name, "checkpoint", path_params(hosts.spec().model.path), read_timeout_s);
            co_return from_value<CheckpointText>(answer, host.name);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::interrupted) throw;
            hosts.report("read", fmt::format("{}: {}", host.name, error.what()));
        }
    }
    co_return std::nullopt;
}

}  // namespace

asio::awaitable<Recording> read_hosts(Hosts& hosts) {
    const DeploymentSpec& spec = hosts.spec();
    Recording recording;
    recording.hosts.resize(spec.hosts.size());
    hosts.report("read", fmt::format("reading {} host{}", spec.hosts.size(), spec.hosts.size() == 1 ? "" : "s"));
    std::vector<std::function<asio::awaitable<void>()>> tasks;
    for (std::size_t i = 0; i < spec.hosts.size(); ++i) {
        tasks.push_back([&hosts, &host = spec.hosts[i], &readings = recording.hosts[i]] {
            return read_one(hosts, host, readings);
        });
    }
    co_await together(hosts.context(), std::move(tasks));
    co_await hosts.pause(0);  // an interruption ends it here
    recording.probes = co_await probe_paths(hosts);
    recording.checkpoint = co_await read_checkpoint_of(hosts);
    hosts.report("read", "read", true);
    co_return recording;
}

}  // namespace detail

Recording read(const DeploymentSpec& spec, const HostOptions& options) {
    return detail::on_hosts<Recording>(validated(spec), options,
                                       [](detail::Hosts& hosts) -> detail::asio::awaitable<Recording> {
                                           co_await hosts.open();
                                           co_return co_await detail::read_hosts(hosts);
                                       });
}

}  // namespace r1cluster
