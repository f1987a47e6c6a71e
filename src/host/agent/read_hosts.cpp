// SPDX-License-Identifier: Apache-2.0
#include "host/agent/read_hosts.hpp"

#include <fmt/format.h>

#include "base/address.hpp"
#include "host/agent/protocol.hpp"
#include "host/agent/session.hpp"
#include "host/os/clock.hpp"
#include "r1cluster/host/read/read.hpp"
#include "r1cluster/spec/ports.hpp"
#include "spec/container.hpp"

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
    if (spec.container) {
        request.image = spec.container->image;
        request.container_program = container_program(spec, host);
        request.container_options = asked_options(*spec.container);
    }
    if (spec.serve.proxy && host.name == spec.hosts.front().name)
        request.proxy = spec.serve.proxy->program.empty() ? "haproxy" : spec.serve.proxy->program;
    for (const HostSpec& other : spec.hosts) {
        if (!is_ip_address(other.address)) request.names.push_back(other.address);
        if (other.name != host.name) request.peers.push_back(other.address);
    }
    return request;
}

protocol::BindPorts ports_to_bind(const DeploymentSpec& spec, const std::string& host) {
    protocol::BindPorts request;
    for (const PlannedPort& port : planned_ports(spec)) {
        if (port.host == host) request.ports.push_back({port.address, port.port});
    }
    return request;
}
Answer clock_answer(double offset_s, double uncertainty_s) {
    return {calls::to_text(calls::Clock{offset_s, uncertainty_s}), ""};
}

/// How far a host's clock is from ours: of three questions, the one that was answered soonest.
asio::awaitable<Answer> compare_clock(Agents& hosts, const std::string& host) {
    std::optional<double> best_offset_s, best_uncertainty_s;
    try {
        for (int i = 0; i < 3; ++i) {
            const double before = unix_time_s();
            const protocol::ClockTime theirs = co_await hosts.call(host, protocol::ReadClock());
            const double after = unix_time_s();
            const double uncertainty = (after - before) / 2;
            if (!best_uncertainty_s || uncertainty < *best_uncertainty_s) {
                best_uncertainty_s = uncertainty;
                best_offset_s = theirs.unix_time_s - (before + after) / 2;
            }
        }
    } catch (const Error& error) {
        co_return Answer{std::nullopt, error.what()};
    }
    co_return clock_answer(*best_offset_s, *best_uncertainty_s);
}

asio::awaitable<void> try_ports(Agents& hosts, const std::string& host, Readings& readings) {
    protocol::BindPorts request = ports_to_bind(hosts.spec(), host);
    if (request.ports.empty()) co_return;
    const protocol::BindPorts::Reply states = co_await hosts.call(host, std::move(request));
    for (const auto& [call, state] : states) readings.calls[call] = Answer{calls::to_text(state), ""};
}

asio::awaitable<void> read_one(Agents& hosts, const HostSpec& host, Readings& readings) {
    readings.host = host.name;
    try {
        protocol::ReadHost request{request_for(hosts.spec(), host)};
        readings = co_await hosts.call(host.name, std::move(request), read_timeout_s);
        readings.calls["clock()"] = co_await compare_clock(hosts, host.name);
        co_await try_ports(hosts, host.name, readings);
        hosts.report("read", host.name + ": read");
    } catch (const Error& error) {
        readings.unreachable_because = error.what();
    }
}

/// One direction of one pair: `to` listens on the address that its peers know, `from` connects to it.
asio::awaitable<void> probe_path(Agents& hosts, const HostSpec& from, const HostSpec& to, PathProbe& probe) {
    probe.from_host = from.name;
    probe.to_host = to.name;
    probe.to_address = to.address;
    try {
        const protocol::Listen listen{to.address};
        const protocol::Listening listening = co_await hosts.call(to.name, listen, probe_timeout_s * 2);
        probe.to_port = listening.port;
        const protocol::Connect connect{{to.address, listening.port}, probe_timeout_s};
        const protocol::Connection outcome = co_await hosts.call(from.name, connect, probe_timeout_s * 2);
        probe.is_connected = outcome.is_connected;
        probe.from_address = outcome.from_address;
        probe.because = outcome.because;
        if (outcome.round_trip_us) probe.round_trip_us = *outcome.round_trip_us;
    } catch (const Error& error) {
        probe.because = error.what();
    }
}

asio::awaitable<std::vector<PathProbe>> probe_paths(Agents& hosts) {
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
asio::awaitable<std::optional<CheckpointText>> read_checkpoint_of(Agents& hosts) {
    for (const HostSpec& host : hosts.spec().hosts) {
        try {
            const protocol::ReadCheckpoint request{hosts.spec().model.path};
            CheckpointText checkpoint = co_await hosts.call(host.name, request, read_timeout_s);
            co_return checkpoint;
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::interrupted) throw;
            hosts.report("read", fmt::format("{}: {}", host.name, error.what()));
        }
    }
    co_return std::nullopt;
}

}  // namespace

asio::awaitable<Recording> read_hosts(Agents& hosts) {
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

Recording read(Hosts& hosts) {
    return hosts.session()->run<Recording>([](detail::Agents& agents) -> detail::asio::awaitable<Recording> {
        co_await agents.open();
        co_return co_await detail::read_hosts(agents);
    });
}

Recording read(const DeploymentSpec& spec, const HostOptions& options) {
    Hosts hosts(spec, options);
    return read(hosts);
}

}  // namespace r1cluster
