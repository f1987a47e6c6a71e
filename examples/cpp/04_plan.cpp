// SPDX-License-Identifier: Apache-2.0
//
// How the model is spread over the machines, and which bytes of it each host needs.
//
//     example_04_plan [RECORDING [SPEC]]

#include <iostream>
#include <r1cluster/cluster.hpp>

int main(int argc, char* argv[]) try {
    const r1cluster::Recording recording =
        argc > 1 ? r1cluster::load_recording(argv[1]) : r1cluster::example_recording();
    const r1cluster::DeploymentSpec spec =
        argc > 2 ? r1cluster::parse_spec(r1cluster::read_text_file(argv[2]), argv[2]) : r1cluster::example_spec();
    const r1cluster::Decision decision = r1cluster::decide(spec, recording);

    std::cout << r1cluster::show(decision.plan, true) << "\n";

    // Throws the reason where nothing fits, or where the recording has no checkpoint.
    const r1cluster::Layout& best = decision.require_layout();
    const r1cluster::ShardPlan shards = r1cluster::plan_shards(best, *decision.checkpoint);
    for (const r1cluster::HostShards& host : shards.hosts) {
        std::cout << host.host << " needs " << r1cluster::format_bytes(host.bytes) << " of "
                  << r1cluster::format_bytes(decision.checkpoint->tensor_bytes()) << "\n";
    }
} catch (const r1cluster::Error& error) {
    std::cerr << error.what() << "\n";
    return 3;
}
