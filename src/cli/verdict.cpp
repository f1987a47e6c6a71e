// SPDX-License-Identifier: Apache-2.0
#include "cli/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/serialize.hpp>
#include <vector>

#include "config/shell.hpp"
#include "report/grouped.hpp"
#include "report/verdict.hpp"

namespace r1cluster::cli {
namespace {

/// "2 errors (ports.free on node0: held by python, pid 29808; and 1 more)".
std::string errors_of(const Report& report) {
    const int errors = detail::count_grouped(report, Severity::error);
    const std::vector<detail::FindingGroup> groups = detail::grouped(report);
    const detail::FindingGroup& group = groups.front();  // the most severe come first
    return fmt::format("{} ({} on {}: {}{})", detail::counted(errors, "error"), group.first().id, group.subjects(),
                       group.first().observed, errors > 1 ? fmt::format("; and {} more", errors - 1) : "");
}

std::string remarks_of(const Report& report) {
    const int unknowns = detail::count_grouped(report, Severity::unknown);
    const int warnings = detail::count_grouped(report, Severity::warning);
    std::vector<std::string> remarks;
    if (unknowns > 0) remarks.push_back(detail::counted(unknowns, "unknown"));
    if (warnings > 0) remarks.push_back(detail::counted(warnings, "warning"));
    return remarks.empty() ? "" : fmt::format(", with {}", fmt::join(remarks, " and "));
}

/// For a shell on the head, which reads the key from its file: printf is a part of the shell, so the key is in no argv.
std::string curl_line(const DeploymentStatus& status, const ServeSpec& serve) {
    const std::string body = fmt::format(R"({{"model": {}, "messages": [{{"role": "user", "content": "Hello"}}]}})",
                                         boost::json::serialize(boost::json::value(status.model)));
    std::vector<std::string> curl{
        "curl", "-s", status.endpoint + "/chat/completions", "-H", "Content-Type: application/json", "-d", body};
    // For a certificate that no authority of the host has signed.
    if (serve.proxy && !serve.proxy->tls_certificate_file.empty())
        curl.insert(curl.end(), {"--cacert", serve.proxy->tls_certificate_file});
    if (serve.api_key_file.empty()) return detail::shell_command(curl);
    curl.insert(curl.end(), {"-H", "@-"});
    return fmt::format("printf 'Authorization: Bearer %s' \"$(cat {})\" | {}", detail::shell_quoted(serve.api_key_file),
                       detail::shell_command(curl));
}

std::string served(const DeploymentStatus& status, const DeploymentSpec& spec) {
    const std::string where = spec.hosts.front().transport == Transport::local
                                  ? std::string("try")
                                  : fmt::format("on {}, try", spec.hosts.front().name);
    return fmt::format("{} serves \"{}\"; {}: {}", status.endpoint, status.model, where, curl_line(status, spec.serve));
}

std::string names_of(const std::vector<const HostStatus*>& hosts) {
    std::vector<std::string> names;
    for (const HostStatus* host : hosts) names.push_back(host->host);
    return fmt::to_string(fmt::join(names, ", "));
}

}  // namespace

std::string verdict_of_up(const UpResult& result, const DeploymentSpec& spec, bool is_dry_run) {
    const DeploymentStatus& status = result.status;
    if (result.was_running) return "running already, nothing was done: " + served(status, spec);
    if (status.phase == Phase::ready) return "ready: " + served(status, spec);
    if (status.cause) return fmt::format("{}: {}", to_text(status.phase), status.cause->text);
    if (status.phase == Phase::stopped) return "ended on request";
    const bool has_errors = result.report.count(Severity::error) > 0;
    if (has_errors) return "not started: " + errors_of(result.report);
    if (is_dry_run) return "dry run: nothing was started; up would start it" + remarks_of(result.report);
    return "not ready: the deployment is " + std::string(to_text(status.phase));
}

std::string verdict_of_down(const DeploymentStatus& ended) {
    std::vector<const HostStatus*> gone, absent, unasked;
    for (const HostStatus& host : ended.hosts) {
        (host.phase == Phase::unknown ? unasked : host.phase == Phase::absent ? absent : gone).push_back(&host);
    }
    if (!unasked.empty()) {
        return fmt::format("not ended everywhere: {} could not be asked, and processes may be left there ({})",
                           names_of(unasked), unasked.front()->because);
    }
    if (gone.empty()) return fmt::format("nothing to end: no host has a deployment \"{}\"", ended.deployment);
    return fmt::format("ended on {}; no process is left", names_of(gone));
}

}  // namespace r1cluster::cli
