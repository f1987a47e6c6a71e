// SPDX-License-Identifier: Apache-2.0
// read_status, down, read_logs, follow_logs: what is asked of a deployment that exists.
#include <algorithm>

#include "base/note_of_cut.hpp"
#include "host/deploy/deployment_state.hpp"
#include "host/deploy/jobs_of_hosts.hpp"
#include "host/deploy/phases.hpp"
#include "r1cluster/host/deploy/deploy.hpp"

namespace r1cluster {
namespace {

namespace asio = detail::asio;
constexpr double follow_interval_s = 0.5;
constexpr double straggler_s = 3;          // after another host has answered
constexpr std::uint64_t line_bytes = 400;  // generous; what is too much is cut by lines afterwards
constexpr std::uint64_t least_tail_bytes = 64 << 10;
constexpr std::uint64_t most_tail_bytes = 64 << 20;

std::string last_lines(const std::string& text, int lines) {
    if (lines <= 0) return text;
    std::size_t from = text.size();
    if (from > 0 && text[from - 1] == '\n') --from;
    for (int i = 0; i < lines && from != std::string::npos && from > 0; ++i) from = text.rfind('\n', from - 1);
    return from == std::string::npos || from == 0 ? text : text.substr(from + 1);
}

/// Whether less than the lines that were asked for has been read of this log.
bool is_cut_too_short(const EngineLog& log) {
    return detail::is_note_of_cut(std::string_view(log.text).substr(0, log.text.find('\n')));
}

/// Enough for lines of usual length, and more in a second attempt.
detail::LogWindows first_window(const LogOptions& options) {
    if (options.lines <= 0) return {0, 0};
    return {0, std::max(least_tail_bytes, static_cast<std::uint64_t>(options.lines) * line_bytes)};
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
            co_return co_await detail::log_pieces(agents, offsets, first_window(options));
        });
    const auto is_unwanted = [&](const detail::LogPiece& piece) { return piece.log.host != options.host; };
    if (!options.host.empty()) std::erase_if(pieces, is_unwanted);
    return pieces;
}

/// The last lines of each log, or all of it. Long lines need a longer look.
asio::awaitable<std::vector<EngineLog>> last_lines_of(detail::Agents& hosts, LogOptions options) {
    co_await hosts.open();
    detail::LogWindows window = first_window(options);
    while (true) {
        std::vector<EngineLog> logs = co_await detail::logs_of_hosts(hosts, window);
        for (EngineLog& log : logs) log.text = last_lines(log.text, options.lines);
        if (window.tail_bytes == 0 || window.tail_bytes >= most_tail_bytes ||
            std::none_of(logs.begin(), logs.end(), is_cut_too_short))
            co_return logs;
        window.tail_bytes *= 8;
    }
}

using Unfinished = std::map<std::pair<std::string, std::string>, std::string>;  // host and process -> begun line

/// A piece may end in the middle of a line; what is handed on ends with a line end.
void hand_on(const detail::LogPiece& piece, Unfinished& unfinished,
             const std::function<void(const EngineLog&)>& on_text) {
    std::string& text = unfinished[{piece.log.host, piece.log.process}];
    text += piece.log.text;
    const std::size_t end = text.rfind('\n');
    if (end == std::string::npos) return;
    on_text({piece.log.host, piece.log.process, text.substr(0, end + 1)});
    text.erase(0, end + 1);
}

DeploymentStatus status_of(detail::Session& session) {
    return session.run<DeploymentStatus>([](detail::Agents& agents) -> asio::awaitable<DeploymentStatus> {
        co_await agents.open(straggler_s);
        co_return co_await detail::status_of_hosts(agents);
    });
}

}  // namespace

std::vector<EngineLog> detail::read_logs_of(Session& session, const LogOptions& options) {
    require_host(session.spec(), options.host);
    auto found =
        session.run<std::vector<EngineLog>>([&](detail::Agents& agents) { return last_lines_of(agents, options); });
    const auto is_unwanted = [&](const EngineLog& log) { return log.host != options.host; };
    if (!options.host.empty()) std::erase_if(found, is_unwanted);
    return found;
}

void detail::follow_logs_of(Session& session, const std::function<void(const EngineLog&)>& on_text,
                            const LogOptions& options) {
    require_host(session.spec(), options.host);
    detail::LogOffsets offsets;
    Unfinished unfinished;
    while (true) {
        // The status first: what was printed before the end is then read below.
        const DeploymentStatus now = status_of(session);
        const bool is_last = detail::has_ended(now) || now.phase == Phase::failed;
        const bool is_first = offsets.empty();
        for (bool has_more = true; has_more;) {
            has_more = false;
            for (detail::LogPiece& piece : ask_log_pieces(session, options, offsets)) {
                if (is_first) piece.log.text = last_lines(piece.log.text, options.lines);
                offsets[piece.log.host][piece.file_id] = piece.next_offset;
                has_more = has_more || piece.has_more;
                hand_on(piece, unfinished, on_text);
            }
        }
        if (is_last) {
            for (const auto& [who, line] : unfinished) {
                if (!line.empty()) on_text({who.first, who.second, line + "\n"});
            }
            return;
        }
        session.pause(follow_interval_s);
    }
}

DeploymentStatus read_status(Hosts& hosts) { return status_of(*hosts.session()); }

DeploymentStatus down(Hosts& hosts, bool purge) {
    return hosts.session()->run<DeploymentStatus>([purge](detail::Agents& agents) -> asio::awaitable<DeploymentStatus> {
        co_await agents.open(straggler_s);
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
