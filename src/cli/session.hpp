// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "cli/progress.hpp"
#include "r1cluster/cluster.hpp"

namespace r1cluster::cli {

/// Documented in `r1cluster --help` and docs/cli.md.
enum ExitCode { clean = 0, has_findings = 1, wrong_usage = 2, failed = 3, interrupted = 130 };

/// What all verbs share: the options that every one takes, and how they come to their input.
struct Session {
    std::string spec_path;
    std::string from;
    std::string knowledge_folder;
    bool is_json = false;
    bool explains = false;
    HostOptions options;
    int exit_code = clean;

    DeploymentSpec spec() const;
    /// The tables of --knowledge over the embedded ones.
    const Knowledge& knowledge() const;
    /// From --from, else from the hosts of the spec.
    Recording recording() const;
    /// The same; where neither was given, this host alone.
    Recording recording_or_this_host() const;
    /// What the spec and the recording allow.
    Decision decide() const;
    /// HostOptions with progress on standard error and Ctrl-C.
    HostOptions host_options() const;
};

/// Options of a verb that looks at hosts or a recording of them.
void add_input(CLI::App& verb, Session& session, bool needs_spec);
/// Options of a verb that talks to hosts.
void add_host_options(CLI::App& verb, Session& session);
/// --knowledge, for verbs that decide by the tables.
void add_knowledge_option(CLI::App& verb, Session& session);
void add_json(CLI::App& verb, Session& session);
void add_explain(CLI::App& verb, Session& session);

/// To standard output and standard error, with whatever a terminal would obey as escapes: all that a verb prints goes
/// this way.
void print_out(std::string_view text);
void print_error(std::string_view text);
void print_json(std::string_view document);

/// One of the two, by --json.
template <class Value, class Show>
void print(const Session& session, const Value& value, Show show_text) {
    if (session.is_json) {
        print_json(to_json(value));
    } else {
        print_out(show_text());
    }
}

/// True once SIGINT, SIGTERM or SIGHUP has come. Calls poll it, so it also keeps the seconds of the progress line
/// going.
bool is_cancelled();
void watch_signals();

void add_example(CLI::App& app, Session& session);
void add_init(CLI::App& app, Session& session);
void add_record(CLI::App& app, Session& session);
void add_show(CLI::App& app, Session& session);
void add_model(CLI::App& app, Session& session);
void add_plan(CLI::App& app, Session& session);
/// plan --from-engine and its sizes; and the verb with them, or false where it was not asked for.
void add_from_engine(CLI::App& verb);
bool plan_from_engine(Session& session, const DeploymentSpec& spec);
std::string show_hosts(const std::vector<HostShards>& hosts);
void add_check(CLI::App& app, Session& session);
void add_config(CLI::App& app, Session& session);
void add_launch(CLI::App& app, Session& session);
void add_up(CLI::App& app, Session& session);
void add_status(CLI::App& app, Session& session);
void add_logs(CLI::App& app, Session& session);
void add_down(CLI::App& app, Session& session);
void add_diagnose(CLI::App& app, Session& session);
void add_knowledge(CLI::App& app, Session& session);

}  // namespace r1cluster::cli
