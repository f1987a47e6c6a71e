// SPDX-License-Identifier: Apache-2.0
//
// What is not as a deployment needs it, and what could not be judged.
//
//     example_02_check [RECORDING [SPEC]]

#include <iostream>
#include <r1cluster/cluster.hpp>

int main(int argc, char* argv[]) try {
    const std::string folder = argc > 1 ? argv[1] : "examples/data/two-h100-hosts";
    const std::string spec_path = argc > 2 ? argv[2] : "examples/data/cluster.toml";

    const r1cluster::DeploymentSpec spec = r1cluster::parse_spec(r1cluster::read_text_file(spec_path), spec_path);
    const r1cluster::Recording recording = r1cluster::load_recording(folder);

    // Every rule is applied to what was decided; a rule that lacks a fact answers "unknown", which is never a pass.
    const r1cluster::Report report = r1cluster::decide(spec, recording).report;

    std::cout << r1cluster::show(report) << "\n";
    std::cout << (report.is_clean() ? "ready to start" : "not ready to start") << "\n";
} catch (const r1cluster::Error& error) {
    std::cerr << error.what() << "\n";
    return 3;
}
