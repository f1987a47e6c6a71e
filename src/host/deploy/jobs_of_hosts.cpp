// SPDX-License-Identifier: Apache-2.0
#include "host/deploy/jobs_of_hosts.hpp"
#include "base/address.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace r1cluster::detail {
namespace {

using Offsets = LogOffsets::mapped_type;
constexpr double end_timeout_s = 90;

/// The base URL for clients of the deployment.
std::string endpoint_of(const DeploymentSpec& spec) {
    // "Every address" is none that a client can connect to; the head's own is one of them.
    const bool is_any = spec.serve.address == "0.0.0.0" || spec.serve.address == "::";
    const std::string& address = is_any ? spec.hosts.front().address : spec.serve.address;
    const bool is_encrypted = spec.serve.proxy && !spec.serve.proxy->tls_certificate_file.empty();
    return fmt::format("{}://{}:{}/v1", is_encrypted ? "https" : "http", url_host(address), spec.serve.port);
}

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
    if (status.phase == Phase::ready) status.endpoint = endpoint_of(spec);
    return status;
}

}  // namespace

asio::awaitable<DeploymentStatus> status_of_hosts(Agents& hosts, std::string generation) {
    std::function<protocol::JobStatus(const HostSpec&)> request = [&](const HostSpec& host) {
        return protocol::JobStatus{hosts.spec().name, host.name, generation};
    };
    const auto replies = co_await hosts.call_all(request);
    co_return to_status(hosts.spec(), replies);
}

asio::awaitable<DeploymentStatus> ask_guards(Agents& hosts, protocol::GuardVerb verb, double timeout_s,
                                             std::string generation) {
    std::function<protocol::JobAsk(const HostSpec&)> request = [&](const HostSpec& host) {
        return protocol::JobAsk{hosts.spec().name, host.name, generation, verb};
    };
    const auto replies = co_await hosts.call_all(request, timeout_s);
    co_return to_status(hosts.spec(), replies);
}

asio::awaitable<DeploymentStatus> end_on_hosts(Agents& hosts, bool purge, std::string generation) {
    std::function<protocol::JobEnd(const HostSpec&)> request = [&](const HostSpec& host) {
        return protocol::JobEnd{hosts.spec().name, host.name, generation, purge};
    };
    const auto replies = co_await hosts.call_all(request, end_timeout_s);
    co_return to_status(hosts.spec(), replies);
}

asio::awaitable<std::vector<LogPiece>> log_pieces(Agents& hosts, LogOffsets offsets, LogWindows windows) {
    std::function<protocol::JobLogs(const HostSpec&)> request = [&](const HostSpec& host) {
        const auto known = offsets.find(host.name);
        return protocol::JobLogs{hosts.spec().name, host.name, known == offsets.end() ? Offsets() : known->second,
                                 windows.head_bytes, windows.tail_bytes};
    };
    const auto replies = co_await hosts.call_all(request);
    std::vector<LogPiece> pieces;
    for (const HostSpec& host : hosts.spec().hosts) {
        const auto& reply = replies.at(host.name);
        if (!reply.value) continue;
        for (const protocol::LogText& piece : *reply.value) {
            const std::string process = piece.file.substr(0, piece.file.find(".log"));
            pieces.push_back({{host.name, process, piece.text}, piece.id, piece.offset, piece.offset < piece.size});
        }
    }
    co_return pieces;
}

asio::awaitable<std::vector<EngineLog>> logs_of_hosts(Agents& hosts, LogWindows windows) {
    std::vector<EngineLog> logs;
    LogOffsets offsets;
    for (bool has_more = true; has_more;) {
        has_more = false;
        const std::vector<LogPiece> pieces = co_await log_pieces(hosts, offsets, windows);
        for (const LogPiece& piece : pieces) {
            const auto is_same = [&](const EngineLog& log) {
                return log.host == piece.log.host && log.process == piece.log.process;
            };
            const auto known = std::find_if(logs.begin(), logs.end(), is_same);
            (known == logs.end() ? logs.emplace_back(EngineLog{piece.log.host, piece.log.process, {}}) : *known).text +=
                piece.log.text;
            offsets[piece.log.host][piece.file_id] = piece.next_offset;
            has_more = has_more || piece.has_more;
        }
    }
    co_return logs;
}

}  // namespace r1cluster::detail
