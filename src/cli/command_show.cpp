// SPDX-License-Identifier: Apache-2.0
// The verbs around reading: init, record, show, diagnose.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "cli/session.hpp"
#include "cli/usage.hpp"

namespace r1cluster::cli {
namespace {

/// What the guards' own records say, whatever the logs hold: a deployment that failed is never clean.
Report findings_of(const DeploymentStatus& status) {
    Report report;
    const auto add = [&](const char* id, Severity severity, std::string subject, std::string observed) {
        report.findings.push_back({.id = id,
                                   .severity = severity,
                                   .subject = std::move(subject),
                                   .observed = std::move(observed),
                                   .expected = "every process of the deployment runs",
                                   .remedy = "see \"r1cluster status\" and the log of the process",
                                   .source = "docs/diagnose.md"});
    };
    if (status.phase == Phase::failed) {
        const Cause cause = status.cause.value_or(Cause{});
        add("deployment.failed", Severity::error, cause.host, cause.text);
    }
    for (const HostStatus& host : status.hosts) {
        if (host.phase == Phase::unknown) add("deployment.unknown", Severity::unknown, host.host, host.because);
    }
    return report;
}

}  // namespace

void add_init(CLI::App& app, Session& session) {
    (void)session;
    CLI::App* verb = app.add_subcommand("init", "write a commented cluster.toml for these hosts");
    static std::vector<std::string> hosts;
    static std::string output = "cluster.toml";
    verb->add_option("hosts", hosts, "ssh destinations, or \"local\"")->required();
    verb->add_option("-o,--output", output, "file to write; - for standard output")->capture_default_str();
    verb->callback([] {
        const std::string text = init(hosts);
        if (output == "-") {
            print_out(text);
            return;
        }
        if (std::ifstream(output)) {
            throw Error(ErrorKind::invalid_input, output,
                        fmt::format("writing \"{}\": it exists; name another file with -o", output));
        }
        std::ofstream file(output);
        file << text << std::flush;
        if (!file) throw Error(ErrorKind::system, output, fmt::format("writing \"{}\": it cannot be written", output));
        print_out(fmt::format("wrote {}; fill in what it says, then: r1cluster up {}\n", output, output));
    });
}

void add_record(CLI::App& app, Session& session) {
    CLI::App* verb =
        app.add_subcommand("record", "save what the hosts report to a folder, with names and addresses replaced");
    add_input(*verb, session, false);
    static std::string output, anonymize = "on";
    verb->add_option("-o,--output", output, "folder to create")->required();
    add_choice(*verb, "--anonymize", anonymize, "on, or off to keep names, addresses and serial numbers",
               {"on", "off"});
    verb->callback([&session] {
        const Recording recording = session.recording_or_this_host();
        if (anonymize == "on") {
            Scrubbed scrubbed = scrub(recording);
            save_recording(scrubbed.recording, output);
            for (const auto& [kind, count] : scrubbed.replaced) print_out(fmt::format("replaced {} {}\n", count, kind));
        } else {
            save_recording(recording, output);
        }
        print_out(fmt::format("recorded {} host{} in {}\n", recording.hosts.size(),
                              recording.hosts.size() == 1 ? "" : "s", output));
    });
}

namespace {

/// Writes one text per machine to `file`; "-" is standard output, and "{host}" in it stands for each machine's name.
void write_each(const Cluster& cluster, const std::string& file, const std::string& option,
                std::string (*text_of)(const Machine&)) {
    const std::string_view place = "{host}";
    const std::size_t at = file.find(place);
    if (cluster.machines.size() > 1 && at == std::string::npos && file != "-") {
        throw Error(ErrorKind::invalid_input, file,
                    fmt::format("writing \"{}\" for {}: there are {} machines and one file; put {{host}} into its "
                                "name, as in \"{{host}}.{}\"",
                                file, option, cluster.machines.size(), option.substr(2)));
    }
    for (const Machine& machine : cluster.machines) {
        const std::string text = text_of(machine);
        if (file == "-") {
            print_out(text);
            continue;
        }
        std::string path = file;
        if (at != std::string::npos) {
            // A host's name is what somebody called it, and never a way to another folder.
            std::string name = machine.host;
            std::replace(name.begin(), name.end(), '/', '_');
            path.replace(at, place.size(), name);
        }
        std::ofstream out(path, std::ios::binary);
        out << text << std::flush;
        if (!out) throw Error(ErrorKind::system, path, fmt::format("writing \"{}\": it cannot be written", path));
        print_out(fmt::format("wrote {}\n", path));
    }
}

/// A view that goes to a file of its own.
struct FileView {
    std::string option, says;
    std::string (*text_of)(const Machine&);
    std::string file = {};
};

std::string matrices(const Cluster& cluster) {
    std::string text;
    for (const Machine& machine : cluster.machines) text += (text.empty() ? "" : "\n") + show_matrix(machine);
    return text;
}

void print_changes(Session& session, const Cluster& before, const Cluster& after) {
    const std::vector<Change> changes = compare(before, after);
    const std::string text = show(changes);
    print_out(text);
    if (std::any_of(changes.begin(), changes.end(), [](const Change& change) { return change.is_worse; }))
        session.exit_code = has_findings;
}

}  // namespace

void add_show(CLI::App& app, Session& session) {
    CLI::App* verb =
        app.add_subcommand("show", "show the machines and the paths between them; without a spec: this machine");
    add_input(*verb, session, false);
    add_knowledge_option(*verb, session);
    static bool is_matrix = false;
    static std::string older;
    static std::vector<FileView> views{
        {"--svg", "write a picture of each machine; - is standard output, {host} the name of the host", to_svg},
        {"--tree", "write NUMA nodes, bridges and devices in the format of lstopo", to_hwloc_text},
        {"--dot", "write the devices as a Graphviz graph", to_dot},
        {"--nccl-topology", "write the machine in the format of NCCL_TOPO_FILE", to_nccl_topology},
    };
    CLI::Option* json = verb->add_flag("--json", session.is_json, "print the value as JSON (docs/schemas)");
    std::vector<CLI::Option*> exclusive{
        json, verb->add_flag("--matrix", is_matrix, "print the paths between GPUs, HCAs and network controllers"),
        verb->add_option("--diff", older, "print what changed since this older recording")};
    for (FileView& view : views)
        exclusive.push_back(verb->add_option(view.option, view.file, view.says)->type_name("FILE"));
    for (std::size_t i = 0; i < exclusive.size(); ++i) {
        for (std::size_t j = i + 1; j < exclusive.size(); ++j) exclusive[i]->excludes(exclusive[j]);
    }
    verb->callback([&session] {
        const Cluster cluster = interpret(session.recording_or_this_host(), session.knowledge());
        if (!older.empty())
            return print_changes(session, interpret(load_recording(older), session.knowledge()), cluster);
        for (const FileView& view : views) {
            if (!view.file.empty()) return write_each(cluster, view.file, view.option, view.text_of);
        }
        print(session, cluster, [&] { return is_matrix ? matrices(cluster) : show(cluster); });
    });
}

namespace {

std::string read_log(const std::string& path) {
    try {
        return read_text_file(path, 64u << 20);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::not_found) throw;
        throw Error(
            error.kind(), error.subject(),
            fmt::format("{}; expected a log of the engine, or a deployment spec that ends in .toml", error.what()));
    }
}

}  // namespace

void add_diagnose(CLI::App& app, Session& session) {
    CLI::App* verb =
        app.add_subcommand("diagnose", "explain from the engine's logs what went wrong, the first cause first");
    static std::vector<std::string> sources;
    verb->add_option("sources", sources, "log files, or one deployment spec")->required();
    add_knowledge_option(*verb, session);
    add_host_options(*verb, session);
    add_json(*verb, session);
    verb->callback([&session] {
        std::vector<EngineLog> found;
        std::optional<DeploymentStatus> status;
        if (sources.size() == 1 && sources.front().ends_with(".toml")) {
            session.spec_path = sources.front();
            LogOptions all;
            all.lines = 0;
            Hosts hosts = connect(session.spec(), session.host_options());
            found = read_logs(hosts, all);
            status = read_status(hosts);
            end_progress();
        } else {
            for (const std::string& path : sources) found.push_back({"", path, read_log(path)});
        }
        Report report = diagnose(found, session.knowledge());
        if (status) report = merge(report, findings_of(*status));
        // What was looked for tells something only where there was something to look at.
        const bool has_log = std::ranges::any_of(found, [](const EngineLog& log) { return !log.text.empty(); });
        print(session, report, [&] { return show(report, has_log); });
        if (!report.findings.empty()) session.exit_code = has_findings;
    });
}

}  // namespace r1cluster::cli
