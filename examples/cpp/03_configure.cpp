// SPDX-License-Identifier: Apache-2.0
//
// The environment that the engine's processes need on each host, and why.
//
//     example_03_configure [RECORDING [SPEC]]

#include <iostream>
#include <r1cluster/cluster.hpp>

int main(int argc, char* argv[]) try {
    const r1cluster::Recording recording =
        argc > 1 ? r1cluster::load_recording(argv[1]) : r1cluster::example_recording();
    const r1cluster::DeploymentSpec spec =
        argc > 2 ? r1cluster::parse_spec(r1cluster::read_text_file(argv[2]), argv[2]) : r1cluster::example_spec();
    const r1cluster::Settings settings = r1cluster::decide(spec, recording).require_settings();

    for (const r1cluster::HostSettings& host : settings.hosts) {
        std::cout << "# " << host.host << ", over " << host.interface << "\n";
        std::cout << r1cluster::render_env_file(host);
        for (const r1cluster::Setting& setting : host.settings) {
            std::cout << "#   " << setting.name << ": " << setting.because << "\n";
        }
    }
} catch (const r1cluster::Error& error) {
    std::cerr << error.what() << "\n";
    return 3;
}
