// SPDX-License-Identifier: Apache-2.0
//
// What would be started where: r1cluster::up(spec) does the same with hosts that it reads, and starts it.
//
//     example_05_launch [RECORDING [SPEC]]

#include <iostream>
#include <r1cluster/cluster.hpp>

int main(int argc, char* argv[]) try {
    const r1cluster::Recording recording =
        argc > 1 ? r1cluster::load_recording(argv[1]) : r1cluster::example_recording();
    const r1cluster::DeploymentSpec spec =
        argc > 2 ? r1cluster::parse_spec(r1cluster::read_text_file(argv[2]), argv[2]) : r1cluster::example_spec();

    // With hosts instead of a recording: r1cluster::Deployment deployment = r1cluster::start(hosts, launch_plan);
    const r1cluster::LaunchPlan launch_plan = r1cluster::decide(spec, recording).require_launch_plan();

    std::cout << r1cluster::show(launch_plan) << "\n";
    std::cout << "ready when " << launch_plan.readiness.model << " answers on " << launch_plan.readiness.address << ":"
              << launch_plan.readiness.port << " with " << launch_plan.readiness.ranks << " ranks alive\n";
} catch (const r1cluster::Error& error) {
    std::cerr << error.what() << "\n";
    return 3;
}
