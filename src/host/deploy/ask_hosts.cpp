// SPDX-License-Identifier: Apache-2.0
// read_status, down, read_logs, follow_logs: what is asked of a deployment that exists.
#include <algorithm>

#include "host/deploy/deployment_state.hpp"
#include "host/deploy/jobs_of_hosts.hpp"
#include "host/deploy/phases.hpp"
#include "r1cluster/host/deploy/deploy.hpp"

namespace r1cluster {
namespace {

namespace asio = detail::asio;
constexpr double follow_interval_s = 0.5;
constexpr std::uint64_t line_bytes = 400;  // generous; what is too much is cut by lines afterwards

std::string last_lines(const std::string& text, int lines) {
    if (lines <= 0) return text;
    std::size_t from = text.size();
    if (from > 0 && text[from - 1] == '\n') --from;
    for (int i = 0; i < lines && from != std::string::npos && from > 0; ++i) from = text.rfind('\n', from - 1);
    return from == std::string::npos || from == 0 ? text : text.substr(from + 1);
}

std::uint64_t tail_bytes(const LogOptions& options) {
    return options.lines <= 0 ? 0 : static_cast<std::uint64_t>(options.lines) * line_bytes;
}

void require_host(const DeploymentSpec& spec, const std::string& host) {
    const auto is_same = [&](const HostSpec& one) { return one.name == host; };
    if (host.empty() || std::any_of(spec.hosts.begin(), spec.hosts.end(), is_same)) return;
    throw Error(ErrorKind::not_found, host, "looking for the logs of \"" + host + "\": the spec has no such host");
}

/// The spec with the one host whose logs are wanted, so that no other is connected to.
DeploymentSpec only_host(DeploymentSpec spec, const std::string& host) {
    require_host(spec, host);
    if (!host.empty()) std::erase_if(spec.hosts, [&](const HostSpec& one) { return one.name != host; });
    return spec;
}

std::vector<detail::LogPiece> ask_log_pieces(detail::Session& session, const LogOptions& options,
                                             const detail::LogOffsets& offsets) {
    auto pieces = session.run<std::vector<detail::LogPiece>>(
        [&](detail::Agents& agents) -> asio::awaitable<std::vector<detail::LogPiece>> {
            co_await agents.open();
            co_return co_await detail::log_pieces(agents, offsets, tail_bytes(options));
        });
    const auto is_unwanted = [&](const detail::LogPiece& piece) { return piece.log.host != options.host; };
    if (!options.host.empty()) std::erase_if(pieces, is_unwanted);
    return pieces;
}

/// A piece may end in the middle of a line; what is handed on ends with a line end.
void hand_on(const detail::LogPiece& piece, std::map<std::string, std::string>& unfinished,
             const std::function<void(const EngineLog&)>& on_text) {
    std::string& text = unfinished[piece.log.host + "/" + piece.file];
    text += piece.log.text;
    const std::size_t end = text.rfind('\n');
    if (end == std::string::npos) return;
    on_text({piece.log.host, piece.log.process, text.substr(0, end + 1)});
    text.erase(0, end + 1);
}

DeploymentStatus status_of(detail::Session& session) {
    return session.run<DeploymentStatus>([](detail::Agents& agents) -> asio::awaitable<DeploymentStatus> {
        co_await agents.open();
        co_return co_await detail::status_of_hosts(agents);
    });
}

}  // namespace

std::vector<EngineLog> detail::read_logs_of(Session& session, const LogOptions& options) {
    require_host(session.spec(), options.host);
    std::vector<EngineLog> found = detail::join_pieces(ask_log_pieces(session, options, {}));
    for (EngineLog& log : found) log.text = last_lines(log.text, options.lines);
    return found;
}

void detail::follow_logs_of(Session& session, const std::function<void(const EngineLog&)>& on_text,
                            const LogOptions& options) {
    require_host(session.spec(), options.host);
    detail::LogOffsets offsets;
    std::map<std::string, std::string> unfinished;
    while (true) {
        for (const detail::LogPiece& piece : ask_log_pieces(session, options, offsets)) {
            offsets[piece.log.host][piece.file] = piece.next_offset;
            hand_on(piece, unfinished, on_text);
        }
        const DeploymentStatus now = status_of(session);
        if (detail::has_ended(now) || now.phase == Phase::failed) return;
        session.pause(follow_interval_s);
    }
}

DeploymentStatus read_status(Hosts& hosts) { return status_of(*hosts.session()); }

DeploymentStatus down(Hosts& hosts, bool purge) {
    return hosts.session()->run<DeploymentStatus>([purge](detail::Agents& agents) -> asio::awaitable<DeploymentStatus> {
        co_await agents.open();
        agents.report("down", "ending every process");
        co_return co_await detail::end_on_hosts(agents, purge);
    });
}

std::vector<EngineLog> read_logs(Hosts& hosts, const LogOptions& log_options) {
    return detail::read_logs_of(*hosts.session(), log_options);
}

void follow_logs(Hosts& hosts, const std::function<void(const EngineLog&)>& on_text, const LogOptions& log_options) {
    detail::follow_logs_of(*hosts.session(), on_text, log_options);
}

DeploymentStatus read_status(const DeploymentSpec& spec, const HostOptions& options) {
    Hosts hosts(spec, options);
    return read_status(hosts);
}

DeploymentStatus down(const DeploymentSpec& spec, bool purge, const HostOptions& options) {
    Hosts hosts(spec, options);
    return down(hosts, purge);
}

std::vector<EngineLog> read_logs(const DeploymentSpec& spec, const LogOptions& log_options,
                                 const HostOptions& options) {
    Hosts hosts(only_host(validated(spec), log_options.host), options);
    return read_logs(hosts, log_options);
}

void follow_logs(const DeploymentSpec& spec, const std::function<void(const EngineLog&)>& on_text,
                 const LogOptions& log_options, const HostOptions& options) {
    Hosts hosts(only_host(validated(spec), log_options.host), options);
    follow_logs(hosts, on_text, log_options);
}

}  // namespace r1cluster
