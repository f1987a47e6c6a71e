// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/session.hpp"
#include "cli/usage.hpp"

namespace r1cluster::cli {

void add_logs(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand("logs", "print the engine's logs of every host");
    static LogOptions log_options;
    verb->add_option("spec", session.spec_path, "the deployment spec (cluster.toml)")->required();
    verb->add_flag("-f,--follow", log_options.follow, "go on until interrupted, or until the deployment ends");
    add_number(*verb, "-n,--lines", log_options.lines, "lines of each log, from its end; 0: all", {0, 1'000'000'000});
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
            const DeploymentSpec spec = session.spec();
            const std::vector<EngineLog> logs = read_logs(spec, log_options, options);
            for (const EngineLog& log : logs) show_log(log);
            if (logs.empty()) {
                print_error(
                    fmt::format("r1cluster: no host that was asked has logs of \"{}\"; \"r1cluster status {}\" "
                                "says whether it was started\n",
                                spec.name, session.spec_path));
                session.exit_code = has_findings;
            }
        }
    });
}

}  // namespace r1cluster::cli
