// SPDX-License-Identifier: Apache-2.0
//
// How the model is spread over the machines, and which bytes of it each host needs.
//
//     example_04_plan [RECORDING [SPEC]]

#include <iostream>
#include <r1cluster/cluster.hpp>

int main(int argc, char* argv[]) try {
    const std::string folder = argc > 1 ? argv[1] : "examples/data/two-h100-hosts";
    const std::string spec_path = argc > 2 ? argv[2] : "examples/data/cluster.toml";

    const r1cluster::DeploymentSpec spec = r1cluster::parse_spec(r1cluster::read_text_file(spec_path), spec_path);
    const r1cluster::Recording recording = r1cluster::load_recording(folder);
    const r1cluster::Cluster cluster = r1cluster::interpret(recording);
    const r1cluster::Checkpoint checkpoint = r1cluster::parse_checkpoint(recording.checkpoint.value());

    const r1cluster::Plan plan = r1cluster::plan_layouts(spec, cluster, checkpoint);
    std::cout << r1cluster::show(plan, true) << "\n";

    const r1cluster::ShardPlan shards = r1cluster::plan_shards(plan.layouts.at(0), checkpoint);
    for (const r1cluster::HostShards& host : shards.hosts) {
        std::cout << host.host << " needs " << r1cluster::format_bytes(host.bytes) << " of "
                  << r1cluster::format_bytes(checkpoint.tensor_bytes()) << "\n";
    }
} catch (const r1cluster::Error& error) {
    std::cerr << error.what() << "\n";
    return 3;
}
