// SPDX-License-Identifier: Apache-2.0
// The verbs of a deployment that runs: up, status, logs, down.
#include <fmt/format.h>

#include "cli/session.hpp"

namespace r1cluster::cli {
namespace {

std::string show_steps(const std::vector<StepTime>& steps) {
    std::string out = "\n";
    for (const StepTime& step : steps) out += fmt::format("{:<8} {}\n", step.step, format_seconds(step.seconds));
    return out;
}

std::string show_transports(const std::vector<TransportUse>& transports) {
    if (transports.empty()) return "";
    std::string out = "NCCL uses ";
    for (const TransportUse& use : transports) {
        out += fmt::format("{}{} ({} channel{})", &use == &transports.front() ? "" : ", ", use.transport, use.channels,
                           use.channels == 1 ? "" : "s");
    }
    return out + "\n";
}

std::string show_result(const UpResult& result, bool explains) {
    if (result.was_running) return "it is running already; nothing was done\n" + show(result.status);
    std::string out = show(result.cluster) + "\n";
    if (!result.plan.layouts.empty()) out += show(result.plan, explains) + "\n";
    if (explains && !result.settings.hosts.empty()) out += show(result.settings, explains) + "\n";
    if (result.launch_plan) out += show(*result.launch_plan) + "\n";
    out += show(result.report, explains) + "\n" + show_transports(result.transports);
    if (result.status.phase != Phase::absent) out += show(result.status);
    return out + show_steps(result.steps);
}

}  // namespace

void add_up(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand(
        "up", "takes the hosts to a served model: reads, checks, plans, configures, starts, waits for a token");
    static UpOptions up_options;
    verb->add_option("spec", session.spec_path, "the deployment spec (cluster.toml)")->required();
    verb->add_flag("--dry-run", up_options.is_dry_run, "show everything, start nothing");
    verb->add_flag("--ignore-findings", up_options.ignores_findings, "start in spite of errors in the report");
    add_host_options(*verb, session);
    add_knowledge_option(*verb, session);
    add_json(*verb, session);
    add_explain(*verb, session);
    verb->callback([&session] {
        up_options.knowledge = session.knowledge();
        Deployment deployment = up(session.spec(), up_options, session.host_options());
        UpResult result = deployment.result();
        const bool is_attached = result.launch_plan && result.launch_plan->fate == Fate::attached;
        if (is_attached && deployment.is_ready()) result.status = deployment.wait();
        end_progress();
        print(session, result, [&] { return show_result(result, session.explains); });
        const bool is_good =
            result.status.phase == Phase::ready || (up_options.is_dry_run && result.report.count(Severity::error) == 0);
        if (!is_good) {
            session.exit_code = has_findings;
            if (!session.is_json && result.status.cause)
                fmt::print(stderr, "r1cluster: {}\n", result.status.cause->text);
        }
    });
}

void add_status(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand("status", "how the deployment is; the first cause first where it failed");
    verb->add_option("spec", session.spec_path, "the deployment spec (cluster.toml)")->required();
    add_host_options(*verb, session);
    add_json(*verb, session);
    verb->callback([&session] {
        HostOptions options = session.host_options();
        options.on_progress = nullptr;  // a second's work, and often read by programs
        const DeploymentStatus now = read_status(session.spec(), options);
        print(session, now, [&] { return show(now); });
        if (now.phase == Phase::failed || now.phase == Phase::unknown) session.exit_code = has_findings;
    });
}

void add_logs(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand("logs", "the engine's logs of every host");
    static LogOptions log_options;
    verb->add_option("spec", session.spec_path, "the deployment spec (cluster.toml)")->required();
    verb->add_flag("-f,--follow", log_options.follow, "until interrupted, or the deployment ends");
    verb->add_option("-n,--lines", log_options.lines, "of each log, from its end; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    verb->add_option("--host", log_options.host, "only this host");
    add_host_options(*verb, session);
    verb->callback([&session] {
        HostOptions options = session.host_options();
        options.on_progress = nullptr;
        const auto show_log = [](const EngineLog& log) {
            std::size_t begin = 0;
            while (begin < log.text.size()) {
                const std::size_t end = std::min(log.text.find('\n', begin), log.text.size());
                fmt::print("{} {} | {}\n", log.host, log.process,
                           std::string_view(log.text).substr(begin, end - begin));
                begin = end + 1;
            }
            std::fflush(stdout);
        };
        if (log_options.follow) {
            follow_logs(session.spec(), show_log, log_options, options);
        } else {
            for (const EngineLog& log : read_logs(session.spec(), log_options, options)) show_log(log);
        }
    });
}

void add_down(CLI::App& app, Session& session) {
    CLI::App* verb =
        app.add_subcommand("down", "ends the deployment on every host and waits until nothing is left; keeps its logs");
    static bool purge = false;
    verb->add_option("spec", session.spec_path, "the deployment spec (cluster.toml)")->required();
    verb->add_flag("--purge", purge, "remove the logs too");
    add_host_options(*verb, session);
    add_json(*verb, session);
    verb->callback([&session] {
        const DeploymentStatus ended = down(session.spec(), purge, session.host_options());
        end_progress();
        print(session, ended, [&] { return show(ended); });
        for (const HostStatus& host : ended.hosts) {
            if (host.phase == Phase::unknown) session.exit_code = has_findings;
        }
    });
}

}  // namespace r1cluster::cli
