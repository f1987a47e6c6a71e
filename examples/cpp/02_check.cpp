// SPDX-License-Identifier: Apache-2.0
//
// What is not as a deployment needs it, and what could not be judged.
//
//     example_02_check [RECORDING [SPEC]]

#include <iostream>
#include <r1cluster/cluster.hpp>

int main(int argc, char* argv[]) try {
    const r1cluster::Recording recording =
        argc > 1 ? r1cluster::load_recording(argv[1]) : r1cluster::example_recording();
    const r1cluster::DeploymentSpec spec =
        argc > 2 ? r1cluster::parse_spec(r1cluster::read_text_file(argv[2]), argv[2]) : r1cluster::example_spec();

    // Every rule is applied to what was decided; a rule that lacks a fact answers "unknown", which is never a pass.
    const r1cluster::Report report = r1cluster::decide(spec, recording).report;

    std::cout << r1cluster::show(report) << "\n";
    std::cout << (report.is_clean() ? "ready to start" : "not ready to start") << "\n";
} catch (const r1cluster::Error& error) {
    std::cerr << error.what() << "\n";
    return 3;
}
