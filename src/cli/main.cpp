// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/help.hpp"
#include "cli/session.hpp"
#include "cli/usage.hpp"
#include "r1cluster/host/guard/agent_main.hpp"

namespace {

using namespace r1cluster;

bool has_verb(const CLI::App& app, const std::string& name) {
    const auto verbs = app.get_subcommands(nullptr);
    return std::any_of(verbs.begin(), verbs.end(), [&](const CLI::App* verb) { return verb->get_name() == name; });
}

/// Before CLI11 looks: it would ask for a verb where an option is mistyped, and take a mistyped verb for an argument.
std::optional<std::string> mistyped_beginning(const CLI::App& app, const std::string& first) {
    if (first.starts_with('-') ? app.get_option_no_throw(first) != nullptr : has_verb(app, first)) return std::nullopt;
    const bool is_option = first.starts_with('-');
    const std::string suggestion = is_option ? cli::suggest_option(app, first) : cli::suggest_verb(app, first);
    return fmt::format("there is no {} \"{}\"{}", is_option ? "option" : "verb", first,
                       suggestion.empty() ? "" : ";" + suggestion);
}

int run_verbs(int argc, char** argv) {
    CLI::App app{
        "Starts DeepSeek-R1 and other models with stock vLLM or SGLang on GPU machines that you reach over ssh."};
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
    try {
        const auto mistyped = argc > 1 ? mistyped_beginning(app, argv[1]) : std::nullopt;
        if (mistyped) throw cli::UsageError(app, *mistyped);
        app.parse(argc, argv);
        return session.exit_code;
    } catch (const cli::UsageError& error) {
        cli::print_error(fmt::format("{}\n", error.what()));
        return cli::wrong_usage;
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        cli::print_error(cli::explain_usage(app, error) + "\n");
        return cli::wrong_usage;
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
