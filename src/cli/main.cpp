// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/help.hpp"
#include "cli/session.hpp"
#include "r1cluster/host/guard/agent_main.hpp"

namespace {

using namespace r1cluster;

bool has_verb(const CLI::App& app, const std::string& name) {
    const auto verbs = app.get_subcommands(nullptr);
    return std::any_of(verbs.begin(), verbs.end(), [&](const CLI::App* verb) { return verb->get_name() == name; });
}

std::string unexpected_arguments(const CLI::App& app) {
    const std::vector<CLI::App*> verbs = app.get_subcommands();
    const CLI::App& verb = verbs.empty() ? app : *verbs.front();
    const std::vector<std::string> remaining = app.remaining(true);
    const std::string first = remaining.empty() ? "" : remaining.front();
    return fmt::format("r1cluster: {} takes no \"{}\"; \"r1cluster {} --help\" lists what it takes.{}\n",
                       verb.get_name(), first, verb.get_name(), cli::suggest_option(verb, first));
}

int run_verbs(int argc, char** argv) {
    CLI::App app{"Starts DeepSeek-R1 and other models with stock vLLM on GPU machines that you reach over ssh."};
    app.name("r1cluster");
    app.set_version_flag("--version", std::string(library_version()));
    app.require_subcommand(1);
    cli::Session session;
    for (const auto add : {cli::add_example, cli::add_init, cli::add_record, cli::add_show, cli::add_model,
                           cli::add_plan, cli::add_check, cli::add_config, cli::add_launch, cli::add_up,
                           cli::add_status, cli::add_logs, cli::add_down, cli::add_diagnose, cli::add_knowledge}) {
        add(app, session);
    }
    cli::format_help(app);
    cli::watch_signals();
    if (argc > 1 && argv[1][0] != '-' && !has_verb(app, argv[1])) {
        cli::print_error(fmt::format("r1cluster: there is no verb \"{}\"; \"r1cluster --help\" lists them.{}\n",
                                     argv[1], cli::suggest_verb(app, argv[1])));
        return cli::wrong_usage;
    }
    try {
        app.parse(argc, argv);
        return session.exit_code;
    } catch (const CLI::ExtrasError& error) {
        cli::print_error(unexpected_arguments(app));
        return cli::wrong_usage;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? cli::clean : cli::wrong_usage;
    } catch (const Error& error) {
        cli::end_progress();
        cli::print_error(fmt::format("r1cluster: {}\n", error.what()));
        return error.kind() == ErrorKind::interrupted ? cli::interrupted : cli::failed;
    }
}

}  // namespace

int main(int argc, char** argv) {
    // The same executable is the agent on every host and the guard of every deployment; neither is for people.
    if (const std::optional<int> code = agent_main(argc, argv)) return *code;
    try {
        return run_verbs(argc, argv);
    } catch (const std::exception& error) {
        cli::end_progress();
        cli::print_error(fmt::format("r1cluster: {} (a defect in r1cluster; please report it)\n", error.what()));
        return cli::failed;
    }
}
