// SPDX-License-Identifier: Apache-2.0
// The verbs around reading: init, record, show, diagnose.
#include <fmt/format.h>

#include <fstream>

#include "cli/session.hpp"

namespace r1cluster::cli {

void add_init(CLI::App& app, Session& session) {
    (void)session;
    CLI::App* verb = app.add_subcommand("init", "writes a commented cluster.toml for these hosts");
    static std::vector<std::string> hosts;
    static std::string output = "cluster.toml";
    verb->add_option("hosts", hosts, "ssh destinations, or \"local\"")->required();
    verb->add_option("-o,--output", output, "file to write; - for standard output")->capture_default_str();
    verb->callback([] {
        const std::string text = init(hosts);
        if (output == "-") {
            fmt::print("{}", text);
            return;
        }
        if (std::ifstream(output)) {
            throw Error(ErrorKind::invalid_input, output,
                        fmt::format("writing \"{}\": it exists; name another file with -o", output));
        }
        std::ofstream file(output);
        file << text << std::flush;
        if (!file) throw Error(ErrorKind::system, output, fmt::format("writing \"{}\": it cannot be written", output));
        fmt::print("wrote {}; fill in what it says, then: r1cluster up {}\n", output, output);
    });
}

void add_record(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand("record", "saves what the hosts say as a folder, names and addresses replaced");
    add_input(*verb, session, false);
    static std::string output, anonymize = "on";
    verb->add_option("-o,--output", output, "folder to make")->required();
    verb->add_option("--anonymize", anonymize, "on, or off to keep names, addresses and serial numbers")
        ->check(CLI::IsMember({"on", "off"}))
        ->capture_default_str();
    verb->callback([&session] {
        Recording recording;
        if (session.spec_path.empty() && session.from.empty()) {
            recording.hosts.push_back(discover());
        } else {
            recording = session.recording();
        }
        if (anonymize == "on") {
            Scrubbed scrubbed = scrub(recording);
            for (const auto& [kind, count] : scrubbed.replaced) fmt::print("replaced {} {}\n", count, kind);
            recording = std::move(scrubbed.recording);
        }
        save_recording(recording, output);
        fmt::print("recorded {} host{} in {}\n", recording.hosts.size(), recording.hosts.size() == 1 ? "" : "s",
                   output);
    });
}

void add_show(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand(
        "show", "what is in the machines, and how they reach each other; without a spec: this machine");
    add_input(*verb, session, false);
    add_json(*verb, session);
    verb->callback([&session] {
        Recording recording;
        if (session.spec_path.empty() && session.from.empty()) {
            recording.hosts.push_back(discover());
        } else {
            recording = session.recording();
        }
        const Cluster cluster = interpret(recording);
        print(session, cluster, [&] { return show(cluster); });
    });
}

void add_diagnose(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand("diagnose", "what the engine's logs say went wrong, the first cause first");
    static std::vector<std::string> sources;
    verb->add_option("sources", sources, "log files, or one deployment spec")->required();
    add_host_options(*verb, session);
    add_json(*verb, session);
    verb->callback([&session] {
        std::vector<EngineLog> found;
        if (sources.size() == 1 && sources.front().ends_with(".toml")) {
            session.spec_path = sources.front();
            LogOptions all;
            all.lines = 0;
            found = logs(session.spec(), all, session.host_options());
            end_progress();
        } else {
            for (const std::string& path : sources) found.push_back({"", path, read_text_file(path, 64u << 20)});
        }
        const Report report = diagnose(found);
        print(session, report, [&] { return show(report, true); });
        if (!report.findings.empty()) session.exit_code = has_findings;
    });
}

}  // namespace r1cluster::cli
