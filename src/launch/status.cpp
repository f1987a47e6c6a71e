// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/launch/status.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r1cluster {

std::string_view to_text(Phase phase) {
    switch (phase) {
        case Phase::absent: return "absent";
        case Phase::starting: return "starting";
        case Phase::ready: return "ready";
        case Phase::stopping: return "stopping";
        case Phase::stopped: return "stopped";
        case Phase::failed: return "failed";
        case Phase::unknown: return "unknown";
    }
    return "unknown";
}

DeploymentStatus summarize(std::string deployment, std::vector<HostStatus> hosts) {
    DeploymentStatus status;
    status.deployment = std::move(deployment);
    status.hosts = std::move(hosts);
    const auto has = [&](Phase phase) {
        return std::any_of(status.hosts.begin(), status.hosts.end(),
                           [&](const HostStatus& h) { return h.phase == phase; });
    };
    const auto all = [&](Phase phase) {
        return std::all_of(status.hosts.begin(), status.hosts.end(),
                           [&](const HostStatus& h) { return h.phase == phase; });
    };
    for (const HostStatus& host : status.hosts) {
        if (host.stall) status.stall = host.stall;
        // Of several, the one that its own host reports is first-hand.
        if (host.cause &&
            (!status.cause || (host.cause->host == host.host && status.cause->host != host.cause->host))) {
            status.cause = host.cause;
        }
    }
    if (status.cause || has(Phase::failed)) {
        status.phase = Phase::failed;
    } else if (status.hosts.empty() || has(Phase::unknown)) {
        status.phase = status.hosts.empty() ? Phase::absent : Phase::unknown;
    } else if (all(Phase::absent) || all(Phase::ready) || all(Phase::stopped)) {
        status.phase = status.hosts.front().phase;
    } else if (has(Phase::starting) || has(Phase::ready)) {
        // Ready here and absent there is not a deployment that serves.
        status.phase = has(Phase::absent) || has(Phase::stopped) ? Phase::failed : Phase::starting;
        if (status.phase == Phase::failed) {
            const auto gone = std::find_if(status.hosts.begin(), status.hosts.end(), [](const HostStatus& h) {
                return h.phase == Phase::absent || h.phase == Phase::stopped;
            });
            status.cause = Cause{};
            status.cause->host = gone->host;
            status.cause->text = fmt::format("{} runs nothing of it, while others do", gone->host);
        }
    } else {
        status.phase = has(Phase::stopping) ? Phase::stopping : Phase::stopped;
    }
    return status;
}

namespace {

std::string show(const HostStatus& host) {
    std::string out = fmt::format("  {:<16} {}", host.host, to_text(host.phase));
    if (!host.because.empty()) out += ": " + host.because;
    out += "\n";
    for (const RankStatus& rank : host.ranks) {
        out += fmt::format(
            "    rank {:<3} {}\n", rank.rank,
            rank.pid == 0 ? "not seen yet" : fmt::format("pid {}, {}", rank.pid, rank.is_alive ? "alive" : "ended"));
    }
    for (const ProcessStatus& process : host.processes) {
        std::string end = process.is_alive ? "alive" : "ended";
        if (process.signal) end = fmt::format("ended by signal {}", *process.signal);
        if (process.exit_code) end = fmt::format("ended with exit code {}", *process.exit_code);
        out += fmt::format("    {:<12} pid {}, {}, log {}\n", process.name, process.pid, end, process.log);
    }
    if (!host.containment.empty()) out += fmt::format("    held by      {}\n", host.containment);
    return out;
}

}  // namespace

std::string show(const DeploymentStatus& status) {
    std::string out;
    if (status.cause) {
        out += fmt::format("{}\n", status.cause->text);
        if (!status.cause->last_line.empty())
            out += fmt::format("  last line of its log: {}\n", status.cause->last_line);
    }
    if (status.stall) out += status.stall->text + "\n";
    out += fmt::format("{}: {}", status.deployment, to_text(status.phase));
    if (status.stall) {
        out += " before, and stalled now";
    } else if (status.phase == Phase::ready && !status.endpoint.empty()) {
        out += fmt::format(", {} serves \"{}\"", status.endpoint, status.model);
    }
    out += "\n";
    for (const HostStatus& host : status.hosts) out += show(host);
    return out;
}

}  // namespace r1cluster
