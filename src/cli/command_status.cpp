// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/session.hpp"

namespace r1cluster::cli {

void add_status(CLI::App& app, Session& session) {
    CLI::App* verb =
        app.add_subcommand("status", "print the state of the deployment; if it failed, the first cause first");
    verb->add_option("spec", session.spec_path, "the deployment spec (cluster.toml)")->required();
    add_host_options(*verb, session);
    add_json(*verb, session);
    verb->callback([&session] {
        HostOptions options = session.host_options();
        options.on_progress = nullptr;  // a second's work, and often read by programs
        const DeploymentStatus now = read_status(session.spec(), options);
        print(session, now, [&] { return show(now); });
        if (now.phase == Phase::failed || now.phase == Phase::unknown || now.stall) session.exit_code = has_findings;
    });
}

}  // namespace r1cluster::cli
