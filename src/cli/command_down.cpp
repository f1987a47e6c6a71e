// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/session.hpp"
#include "cli/verdict.hpp"

namespace r1cluster::cli {

void add_down(CLI::App& app, Session& session) {
    CLI::App* verb =
        app.add_subcommand("down", "end the deployment on every host, wait until no process is left, keep its logs");
    static bool purge = false;
    verb->add_option("spec", session.spec_path, "the deployment spec (cluster.toml)")->required();
    verb->add_flag("--purge", purge, "remove the logs too");
    add_host_options(*verb, session);
    add_json(*verb, session);
    verb->callback([&session] {
        const DeploymentStatus ended = down(session.spec(), purge, session.host_options());
        end_progress();
        print(session, ended, [&] { return show(ended) + verdict_of_down(ended) + "\n"; });
        for (const HostStatus& host : ended.hosts) {
            if (host.phase == Phase::unknown) session.exit_code = has_findings;
        }
    });
}

}  // namespace r1cluster::cli
