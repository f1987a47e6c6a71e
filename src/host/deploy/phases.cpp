// SPDX-License-Identifier: Apache-2.0
#include "host/deploy/phases.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "r1cluster/knowledge/knowledge.hpp"

namespace r1cluster::detail {

bool has_ended(const DeploymentStatus& status) {
    return std::all_of(status.hosts.begin(), status.hosts.end(), [](const HostStatus& host) {
        return host.phase == Phase::absent || host.phase == Phase::stopped;
    });
}

bool is_ended_elsewhere(DeploymentStatus& status) {
    const auto is_gone = [](const HostStatus& host) {
        return host.phase == Phase::absent || host.phase == Phase::stopped;
    };
    const auto has_failed = [](const HostStatus& host) { return host.phase == Phase::failed || host.cause; };
    const auto gone = std::find_if(status.hosts.begin(), status.hosts.end(), is_gone);
    if (gone == status.hosts.end() || std::any_of(status.hosts.begin(), status.hosts.end(), has_failed)) return false;
    status.cause = Cause{};
    status.cause->host = gone->host;
    status.cause->text =
        fmt::format("\"{}\" was ended from elsewhere before it was ready: {}", status.deployment,
                    gone->because.empty() ? fmt::format("nothing of it is left on {}", gone->host) : gone->because);
    status.phase = Phase::stopped;
    return true;
}

void prefer_lost_connection(DeploymentStatus& status) {
    // Without a process: a guard missed somebody.
    if (!status.cause || !status.cause->process.empty()) return;
    for (const HostStatus& host : status.hosts) {
        if (host.phase != Phase::unknown || host.because.empty() || host.host != status.cause->host) continue;
        status.cause->text = fmt::format(
            "the agent on {} was lost while the engine started: {}; its guard has ended "
            "what ran there",
            host.host, host.because);
    }
}

namespace {

bool is_known_cause(const Knowledge& knowledge, const std::string& id) {
    const auto signatures = knowledge.signatures_in_order();
    return std::any_of(signatures.begin(), signatures.end(), [&](const knowledge::Signature* signature) {
        return signature->id == id && signature->place == knowledge::LogPlace::cause;
    });
}

}  // namespace

void prefer_printed_cause(DeploymentStatus& status, const Report& report, const Knowledge& knowledge) {
    if (!status.cause || status.cause->signal || status.cause->process.empty()) return;
    const auto printed = std::find_if(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
        return finding.severity == Severity::error && is_known_cause(knowledge, finding.id);
    });
    if (printed == report.findings.end()) return;
    for (const HostStatus& host : status.hosts) {
        for (const ProcessStatus& process : host.processes) {
            if (printed->subject != host.host + " " + process.name) continue;
            if (status.cause->host == host.host && status.cause->process == process.name) return;
            Cause cause;
            cause.host = host.host;
            cause.process = process.name;
            cause.exit_code = process.exit_code;
            cause.text = fmt::format("{} on {} (pid {}) printed what went wrong", process.name, host.host, process.pid);
            cause.last_line = printed->observed;
            cause.at = status.cause->at;
            status.cause = std::move(cause);
            return;
        }
    }
}

bool is_hopeless(DeploymentStatus& status) {
    if (status.cause || status.phase == Phase::failed) return true;
    for (const HostStatus& host : status.hosts) {
        if (host.phase != Phase::unknown) continue;
        status.cause = Cause{};
        status.cause->host = host.host;
        status.cause->text = fmt::format(
            "{} did not answer within {:.0f} s while the engine started: {}; if it lives, its guard ends what runs "
            "there",
            host.host, ping_timeout_s, host.because);
        status.phase = Phase::failed;
        return true;
    }
    return false;
}

}  // namespace r1cluster::detail
