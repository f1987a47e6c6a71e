// SPDX-License-Identifier: Apache-2.0
#include "host/deploy/jobs_of_hosts.hpp"

#include <fmt/format.h>

#include "launch/describe.hpp"

namespace r1cluster::detail {
namespace {

constexpr double end_timeout_s = 90;

json::object job_params(const DeploymentSpec& spec, const HostSpec& host) {
    return {{"deployment", spec.name}, {"host", host.name}};
}

json::object end_params(const DeploymentSpec& spec, const HostSpec& host, bool purge) {
    json::object params = job_params(spec, host);
    params["purge"] = purge;
    return params;
}

json::object log_params(const DeploymentSpec& spec, const HostSpec& host, const LogOffsets& offsets,
                        std::uint64_t tail_bytes) {
    json::object params = job_params(spec, host);
    json::object known;
    if (const auto mine = offsets.find(host.name); mine != offsets.end()) {
        for (const auto& [file, offset] : mine->second) known[file] = offset;
    }
    params["offsets"] = std::move(known);
    params["tail_bytes"] = tail_bytes;
    return params;
}

DeploymentStatus to_status(const DeploymentSpec& spec, const std::map<std::string, Reply>& replies) {
    std::vector<HostStatus> statuses;
    for (const HostSpec& host : spec.hosts) {
        const Reply& reply = replies.at(host.name);
        if (reply.value) {
            statuses.push_back(from_value<HostStatus>(*reply.value, host.name));
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

asio::awaitable<DeploymentStatus> status_of_hosts(Hosts& hosts) {
    Hosts::MakeParams params = [&](const HostSpec& host) { return job_params(hosts.spec(), host); };
    const auto replies = co_await hosts.call_all("job.status", params);
    co_return to_status(hosts.spec(), replies);
}

asio::awaitable<DeploymentStatus> ask_guards(Hosts& hosts, std::string verb, double timeout_s) {
    Hosts::MakeParams params = [&](const HostSpec& host) {
        json::object object = job_params(hosts.spec(), host);
        object["verb"] = verb;
        return object;
    };
    const auto replies = co_await hosts.call_all("job.ask", params, timeout_s);
    co_return to_status(hosts.spec(), replies);
}

asio::awaitable<DeploymentStatus> end_on_hosts(Hosts& hosts, bool purge) {
    Hosts::MakeParams params = [&](const HostSpec& host) { return end_params(hosts.spec(), host, purge); };
    const auto replies = co_await hosts.call_all("job.end", params, end_timeout_s);
    co_return to_status(hosts.spec(), replies);
}

asio::awaitable<std::vector<LogPiece>> log_pieces(Hosts& hosts, LogOffsets offsets, std::uint64_t tail_bytes) {
    Hosts::MakeParams params = [&](const HostSpec& host) {
        return log_params(hosts.spec(), host, offsets, tail_bytes);
    };
    const auto replies = co_await hosts.call_all("job.logs", params);
    std::vector<LogPiece> pieces;
    for (const HostSpec& host : hosts.spec().hosts) {
        const Reply& reply = replies.at(host.name);
        if (!reply.value) continue;
        for (const auto& file : reply.value->as_object()) {
            LogPiece piece;
            piece.file = std::string(file.key().data(), file.key().size());
            piece.log.host = host.name;
            piece.log.process = piece.file.substr(0, piece.file.find(".log"));
            piece.log.text = std::string(file.value().at("text").as_string());
            piece.next_offset = file.value().at("offset").to_number<std::uint64_t>();
            pieces.push_back(std::move(piece));
        }
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
