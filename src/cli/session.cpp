// SPDX-License-Identifier: Apache-2.0
#include "cli/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "cli/terminal.hpp"
#include "cli/usage.hpp"
#include "report/terminal_text.hpp"

namespace r1cluster::cli {
namespace {

std::atomic<bool> has_signal{false};

/// The first asks the verb to undo its work. The second does not wait for that: guards end by themselves what has not
/// served a token yet.
void on_signal(int) {
    if (!has_signal.exchange(true)) return;
    constexpr std::string_view said =
        "\nr1cluster: interrupted again: processes may be left; \"r1cluster down\" ends them\n";
    [[maybe_unused]] const ssize_t size = ::write(STDERR_FILENO, said.data(), said.size());
    ::_exit(interrupted);
}

}  // namespace

DeploymentSpec Session::spec() const {
    try {
        return parse_spec(read_text_file(spec_path), spec_path);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found) throw;
        throw Error(
            error.kind(), error.subject(),
            fmt::format("{}; expected a deployment spec, which \"r1cluster init HOST...\" writes", error.what()));
    }
}

const Knowledge& Session::knowledge() const {
    if (knowledge_folder.empty()) return Knowledge::embedded();
    static const Knowledge loaded = load_knowledge(knowledge_folder);
    return loaded;
}

Recording Session::recording() const {
    if (!from.empty()) return load_recording(from);
    const Recording live = r1cluster::read(spec(), host_options());
    end_progress();
    return live;
}

Recording Session::recording_or_this_host() const {
    if (!spec_path.empty() || !from.empty()) return recording();
    Recording alone;
    alone.hosts.push_back(discover());
    return alone;
}

HostOptions Session::host_options() const {
    HostOptions all = options;
    all.on_progress = show_progress;
    all.is_cancelled = is_cancelled;
    return all;
}

void add_input(CLI::App& verb, Session& session, bool needs_spec) {
    CLI::Option* spec = verb.add_option("spec", session.spec_path, "the deployment spec (cluster.toml)");
    if (needs_spec) spec->required();
    verb.add_option("--from", session.from, "read this recording instead of the hosts");
    add_host_options(verb, session);
}

void add_host_options(CLI::App& verb, Session& session) {
    verb.add_option("--ssh-config", session.options.ssh_config, "ssh configuration file (ssh's -F)");
    add_number(verb, "--connect-timeout", session.options.connect_timeout_s,
               "seconds until a host counts as not reached", {1, 600});
}

void add_json(CLI::App& verb, Session& session) {
    verb.add_flag("--json", session.is_json, "print the value as JSON (docs/schemas)");
}
void add_explain(CLI::App& verb, Session& session) {
    verb.add_flag("--explain", session.explains, "print the reason for every decision");
}

void print_out(std::string_view text) {
    std::string shown = detail::terminal_text(text);
    if (::isatty(STDOUT_FILENO)) {
        shown = fit_to_terminal(shown, terminal_columns(STDOUT_FILENO));
        if (std::getenv("NO_COLOR") == nullptr) shown = coloured(shown);
    }
    std::fwrite(shown.data(), 1, shown.size(), stdout);
}

void print_error(std::string_view text) {
    const std::string shown = detail::terminal_text(text);
    std::fwrite(shown.data(), 1, shown.size(), stderr);
}

void print_json(std::string_view document) {
    const std::string shown = detail::terminal_json(document);
    std::fwrite(shown.data(), 1, shown.size(), stdout);
}

Decision Session::decide() const { return r1cluster::decide(spec(), recording(), {}, knowledge()); }

bool is_cancelled() {
    tick_progress();
    return has_signal;
}

void watch_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
    ::signal(SIGPIPE, SIG_IGN);  // a closed pipe of ours must not end what runs elsewhere
}

}  // namespace r1cluster::cli
