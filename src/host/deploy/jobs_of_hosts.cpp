// SPDX-License-Identifier: Apache-2.0
#include "host/deploy/jobs_of_hosts.hpp"

#include <fmt/format.h>

namespace r1cluster::detail {
namespace {

using Offsets = LogOffsets::mapped_type;
constexpr double end_timeout_s = 90;

DeploymentStatus to_status(const DeploymentSpec& spec, const Replies<HostStatus>& replies) {
    std::vector<HostStatus> statuses;
    for (const HostSpec& host : spec.hosts) {
        const Reply<HostStatus>& reply = replies.at(host.name);
        if (reply.value) {
            statuses.push_back(*reply.value);
        } else {
            HostStatus unknown;
            unknown.host = host.name;
            unknown.because = reply.error->what();
            statuses.push_back(std::move(unknown));
        }
    }
    DeploymentStatus status = summarize(spec.name, std::move(statuses));
    status.model = spec.model.served_name;
    if (status.phase == Phase::ready) {
        const bool is_v6 = spec.serve.address.find(':') != std::string::npos;
        status.endpoint =
            fmt::format("http://{}{}{}:{}/v1", is_v6 ? "[" : "", spec.serve.address, is_v6 ? "]" : "", spec.serve.port);
    }
    return status;
}

}  // namespace

asio::awaitable<DeploymentStatus> status_of_hosts(Agents& hosts) {
    std::function<protocol::JobStatus(const HostSpec&)> request = [&](const HostSpec& host) {
        return protocol::JobStatus{hosts.spec().name, host.name};
    };
    const auto replies = co_await hosts.call_all(request);
    co_return to_status(hosts.spec(), replies);
}

asio::awaitable<DeploymentStatus> ask_guards(Agents& hosts, protocol::GuardVerb verb, double timeout_s) {
    std::function<protocol::JobAsk(const HostSpec&)> request = [&](const HostSpec& host) {
        return protocol::JobAsk{hosts.spec().name, host.name, verb};
    };
    const auto replies = co_await hosts.call_all(request, timeout_s);
    co_return to_status(hosts.spec(), replies);
}

asio::awaitable<DeploymentStatus> end_on_hosts(Agents& hosts, bool purge) {
    std::function<protocol::JobEnd(const HostSpec&)> request = [&](const HostSpec& host) {
        return protocol::JobEnd{hosts.spec().name, host.name, purge};
    };
    const auto replies = co_await hosts.call_all(request, end_timeout_s);
    co_return to_status(hosts.spec(), replies);
}

asio::awaitable<std::vector<LogPiece>> log_pieces(Agents& hosts, LogOffsets offsets, std::uint64_t tail_bytes) {
    std::function<protocol::JobLogs(const HostSpec&)> request = [&](const HostSpec& host) {
        const auto known = offsets.find(host.name);
        return protocol::JobLogs{hosts.spec().name, host.name, known == offsets.end() ? Offsets() : known->second,
                                 tail_bytes};
    };
    const auto replies = co_await hosts.call_all(request);
    std::vector<LogPiece> pieces;
    for (const HostSpec& host : hosts.spec().hosts) {
        const auto& reply = replies.at(host.name);
        if (!reply.value) continue;
        for (const auto& [file, piece] : *reply.value)
            pieces.push_back({{host.name, file.substr(0, file.find(".log")), piece.text}, file, piece.offset});
    }
    co_return pieces;
}

std::vector<EngineLog> join_pieces(const std::vector<LogPiece>& pieces) {
    std::vector<EngineLog> logs;
    for (const LogPiece& piece : pieces) {
        if (!logs.empty() && logs.back().host == piece.log.host && logs.back().process == piece.log.process) {
            logs.back().text += piece.log.text;
        } else {
            logs.push_back(piece.log);
        }
    }
    return logs;
}

}  // namespace r1cluster::detail
