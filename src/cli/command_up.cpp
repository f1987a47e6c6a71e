// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/session.hpp"
#include "cli/verdict.hpp"

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

/// The decisions, for --dry-run and --explain; `up` alone prints what is not as it should be.
std::string show_decisions(const UpResult& result, bool explains) {
    std::string out = show(result.cluster) + "\n";
    if (!result.plan.layouts.empty()) out += show(result.plan, explains) + "\n";
    if (explains && !result.settings.hosts.empty()) out += show(result.settings, explains) + "\n";
    if (result.launch_plan) out += show(*result.launch_plan) + "\n";
    return out;
}

std::string show_result(const UpResult& result, bool is_dry_run, bool explains) {
    if (result.was_running) return show(result.status);
    std::string out = is_dry_run || explains ? show_decisions(result, explains) : "";
    out += show(result.report, explains) + "\n" + show_transports(result.transports);
    if (result.status.phase != Phase::absent) out += show(result.status);
    return out + show_steps(result.steps);
}

}  // namespace

void add_up(CLI::App& app, Session& session) {
    CLI::App* verb =
        app.add_subcommand("up", "read the hosts, decide, check, start the engine, wait for the first token");
    static UpOptions up_options;
    verb->add_option("spec", session.spec_path, "the deployment spec (cluster.toml)")->required();
    verb->add_flag("--dry-run", up_options.is_dry_run, "print every decision, start nothing");
    verb->add_flag("--ignore-findings", up_options.ignores_findings, "start although the report has errors");
    add_host_options(*verb, session);
    add_knowledge_option(*verb, session);
    add_json(*verb, session);
    add_explain(*verb, session);
    verb->callback([&session] {
        up_options.knowledge = session.knowledge();
        const DeploymentSpec spec = session.spec();
        Deployment deployment = up(spec, up_options, session.host_options());
        UpResult result = deployment.result();
        const bool is_attached = result.launch_plan && result.launch_plan->fate == Fate::attached;
        if (is_attached && deployment.is_ready()) result.status = deployment.wait();
        end_progress();
        print(session, result, [&] {
            return show_result(result, up_options.is_dry_run, session.explains) + "\n" +
                   verdict_of_up(result, spec, up_options.is_dry_run) + "\n";
        });
        const bool is_good =
            result.status.phase == Phase::ready || (up_options.is_dry_run && result.report.count(Severity::error) == 0);
        if (!is_good) session.exit_code = has_findings;
    });
}

}  // namespace r1cluster::cli
