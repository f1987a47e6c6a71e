// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/session.hpp"

namespace r1cluster::cli {

void add_logs(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand("logs", "print the engine's logs of every host");
    static LogOptions log_options;
    verb->add_option("spec", session.spec_path, "the deployment spec (cluster.toml)")->required();
    verb->add_flag("-f,--follow", log_options.follow, "go on until interrupted, or until the deployment ends");
    verb->add_option("-n,--lines", log_options.lines, "lines of each log, from its end; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    verb->add_option("--host", log_options.host, "print only the logs of this host");
    add_host_options(*verb, session);
    verb->callback([&session] {
        HostOptions options = session.host_options();
        options.on_progress = nullptr;
        const auto show_log = [](const EngineLog& log) {
            std::size_t begin = 0;
            while (begin < log.text.size()) {
                const std::size_t end = std::min(log.text.find('\n', begin), log.text.size());
                print_out(fmt::format("{} {} | {}\n", log.host, log.process,
                                      std::string_view(log.text).substr(begin, end - begin)));
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

}  // namespace r1cluster::cli
