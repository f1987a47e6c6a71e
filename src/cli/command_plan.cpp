// SPDX-License-Identifier: Apache-2.0
// The verbs that read and decide, and start nothing: model, plan, check, config, launch.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.hpp"
#include "cli/plan_request.hpp"
#include "cli/session.hpp"
#include "cli/usage.hpp"

namespace r1cluster::cli {

namespace {

Error no_such_host(const Settings& settings, const std::string& host) {
    std::vector<std::string> names;
    for (const HostSettings& one : settings.hosts) names.push_back(one.host);
    const auto meant = detail::nearest_name(host, names);
    return Error(ErrorKind::not_found, host,
                 fmt::format("looking for the settings of \"{}\": the spec has no such host; it has {}{}", host,
                             fmt::join(names, ", "), meant ? fmt::format("; did you mean \"{}\"?", *meant) : ""));
}

}  // namespace

std::string show_hosts(const std::vector<HostShards>& hosts) {
    std::string out = "\nbytes of the checkpoint that each host needs\n";
    for (const HostShards& host : hosts) {
        out += fmt::format("  {:<16} {:>14} in {} files\n", host.host, format_bytes(host.bytes), host.files.size());
    }
    return out;
}

void add_model(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand("model", "describe a checkpoint from its headers alone");
    verb->add_option("path", session.spec_path, "a folder, a Hugging Face cache, or the URL of a mirror or hub")
        ->required();
    add_json(*verb, session);
    static bool is_whole = false;
    verb->add_flag("--tensors", is_whole, "with --json: print every tensor instead of sums");
    static CheckpointOptions options;
    verb->add_option("--revision", options.revision, "branch, tag or commit of a hub or a cache");
    verb->add_option("--token-file", options.token_file, "file with a token for the server, readable only by you");
    verb->add_option("--ca-file", options.ca_file, "certificates (PEM) that replace those of the system");
    add_number(*verb, "--timeout", options.timeout_s, "time limit in seconds for one response of the server",
               {1, 3600});
    verb->callback([&session] {
        options.on_progress = show_progress;
        options.is_cancelled = is_cancelled;
        const Checkpoint checkpoint = read_model(session.spec_path, options);
        end_progress();
        if (is_whole) return print(session, checkpoint, [&] { return show(checkpoint); });
        print(session, checkpoint_summary(checkpoint), [&] { return show(checkpoint); });
    });
}

void add_plan(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand("plan", "list the possible layouts, best first");
    add_input(*verb, session, true);
    add_knowledge_option(*verb, session);
    add_json(*verb, session);
    add_explain(*verb, session);
    static PlanRequest request;
    request.add_to(*verb);
    add_from_engine(*verb);
    verb->callback([&session] {
        const DeploymentSpec spec = request.applied_to(session.spec());
        if (plan_from_engine(session, spec)) return;
        const Decision decision = decide(spec, session.recording(), {.plan = request.options}, session.knowledge());
        if (request.wants_forecast()) return request.print_forecast(session, decision);
        if (decision.plan.layouts.empty() && decision.plan.rejected.empty()) decision.require_layout();
        print(session, decision.plan, [&] {
            const auto& best = decision.layout;
            return show(decision.plan, session.explains) +
                   (best ? show_hosts(plan_shards(*best, *decision.checkpoint, session.knowledge()).hosts) : "");
        });
        if (!decision.layout) session.exit_code = has_findings;
    });
}

void add_check(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand("check", "check rule by rule whether the deployment would work");
    add_input(*verb, session, true);
    add_knowledge_option(*verb, session);
    add_json(*verb, session);
    add_explain(*verb, session);
    verb->callback([&session] {
        const Report report = session.decide().report;
        print(session, report, [&] { return show(report, session.explains); });
        if (!report.is_clean()) session.exit_code = has_findings;
    });
}

void add_config(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand("config", "print the engine's environment on each host, and why");
    add_input(*verb, session, true);
    add_knowledge_option(*verb, session);
    add_json(*verb, session);
    add_explain(*verb, session);
    static std::string format = "text", host;
    add_choice(*verb, "--format", format, "text, env (for --env-file) or shell", {"text", "env", "shell"});
    verb->add_option("--host", host, "print only this host");
    verb->callback([&session] {
        Settings settings = session.decide().require_settings();
        if (!host.empty()) {
            const HostSettings* only = settings.find(host);
            if (!only) throw no_such_host(settings, host);
            settings.hosts = {HostSettings(*only)};
        }
        print(session, settings, [&] {
            if (format == "text") return show(settings, session.explains);
            std::string out;
            for (const HostSettings& one : settings.hosts) {
                if (settings.hosts.size() > 1) out += fmt::format("# {}\n", one.host);
                out += format == "env" ? render_env_file(one) : render_shell(one);
            }
            return out;
        });
        if (!settings.findings.empty()) session.exit_code = has_findings;
    });
}

void add_launch(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand("launch", "print the processes that up would start; start nothing");
    add_input(*verb, session, true);
    add_knowledge_option(*verb, session);
    add_json(*verb, session);
    verb->callback([&session] {
        const LaunchPlan launch_plan = session.decide().require_launch_plan();
        print(session, launch_plan, [&] { return show(launch_plan); });
    });
}

}  // namespace r1cluster::cli
