// SPDX-License-Identifier: Apache-2.0
//
// What would be started where: r1cluster::up(spec) does the same with hosts that it reads, and starts it.
//
//     example_05_launch [RECORDING [SPEC]]

#include <iostream>
#include <r1cluster/cluster.hpp>

int main(int argc, char* argv[]) try {
    const std::string folder = argc > 1 ? argv[1] : "examples/data/two-h100-hosts";
    const std::string spec_path = argc > 2 ? argv[2] : "examples/data/cluster.toml";

    const r1cluster::DeploymentSpec spec = r1cluster::parse_spec(r1cluster::read_text_file(spec_path), spec_path);
    const r1cluster::Recording recording = r1cluster::load_recording(folder);
    const r1cluster::Cluster cluster = r1cluster::interpret(recording);
    const r1cluster::Checkpoint checkpoint = r1cluster::parse_checkpoint(recording.checkpoint.value());
    const r1cluster::Layout layout = r1cluster::plan_layouts(spec, cluster, checkpoint).layouts.at(0);
    const r1cluster::Settings settings = r1cluster::choose_settings(spec, cluster, layout);

    const r1cluster::LaunchPlan launch_plan = r1cluster::plan_launch(spec, cluster, layout, settings);

    std::cout << r1cluster::show(launch_plan) << "\n";
    std::cout << "ready when " << launch_plan.readiness.model << " answers on " << launch_plan.readiness.address << ":"
              << launch_plan.readiness.port << " with " << launch_plan.readiness.ranks << " ranks alive\n";
} catch (const r1cluster::Error& error) {
    std::cerr << error.what() << "\n";
    return 3;
}
