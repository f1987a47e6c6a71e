// SPDX-License-Identifier: Apache-2.0
// status, down, logs: what is asked of a deployment that exists.
#include <algorithm>

#include "host/deploy/jobs_of_hosts.hpp"
#include "r1cluster/host/deploy/deploy.hpp"

namespace r1cluster {
namespace {

using detail::Hosts;
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

DeploymentSpec only_host(DeploymentSpec spec, const std::string& host) {
    if (host.empty()) return spec;
    const auto is_other = [&](const HostSpec& one) { return one.name != host; };
    spec.hosts.erase(std::remove_if(spec.hosts.begin(), spec.hosts.end(), is_other), spec.hosts.end());
    if (spec.hosts.empty())
        throw Error(ErrorKind::not_found, host, "looking for the logs of \"" + host + "\": the spec has no such host");
    return spec;
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

}  // namespace

DeploymentStatus read_status(const DeploymentSpec& spec, const HostOptions& options) {
    return detail::on_hosts<DeploymentStatus>(validated(spec), options,
                                              [](Hosts& hosts) -> asio::awaitable<DeploymentStatus> {
                                                  co_await hosts.open();
                                                  co_return co_await detail::status_of_hosts(hosts);
                                              });
}

DeploymentStatus down(const DeploymentSpec& spec, bool purge, const HostOptions& options) {
    return detail::on_hosts<DeploymentStatus>(validated(spec), options,
                                              [purge](Hosts& hosts) -> asio::awaitable<DeploymentStatus> {
                                                  co_await hosts.open();
                                                  hosts.report("down", "ending every process");
                                                  DeploymentStatus ended = co_await detail::end_on_hosts(hosts, purge);
                                                  hosts.report("down", "nothing is left", true);
                                                  co_return ended;
                                              });
}

std::vector<EngineLog> read_logs(const DeploymentSpec& spec, const LogOptions& log_options,
                                 const HostOptions& options) {
    const DeploymentSpec wanted = only_host(validated(spec), log_options.host);
    auto found = detail::on_hosts<std::vector<EngineLog>>(
        wanted, options, [&](Hosts& hosts) -> asio::awaitable<std::vector<EngineLog>> {
            co_await hosts.open();
            const auto pieces = co_await detail::log_pieces(hosts, {}, tail_bytes(log_options));
            co_return detail::join_pieces(pieces);
        });
    for (EngineLog& log : found) log.text = last_lines(log.text, log_options.lines);
    return found;
}

void follow_logs(const DeploymentSpec& spec, const std::function<void(const EngineLog&)>& on_text,
                 const LogOptions& log_options, const HostOptions& options) {
    const DeploymentSpec wanted = only_host(validated(spec), log_options.host);
    detail::on_hosts<bool>(wanted, options, [&](Hosts& hosts) -> asio::awaitable<bool> {
        co_await hosts.open();
        detail::LogOffsets offsets;
        std::map<std::string, std::string> unfinished;
        while (true) {
            const auto pieces = co_await detail::log_pieces(hosts, offsets, tail_bytes(log_options));
            for (const detail::LogPiece& piece : pieces) {
                offsets[piece.log.host][piece.file] = piece.next_offset;
                hand_on(piece, unfinished, on_text);
            }
            const DeploymentStatus now = co_await detail::status_of_hosts(hosts);
            const bool has_ended =
                now.phase == Phase::absent || now.phase == Phase::failed || now.phase == Phase::stopped;
            if (has_ended) co_return true;
            co_await hosts.pause(follow_interval_s);
        }
    });
}

}  // namespace r1cluster
