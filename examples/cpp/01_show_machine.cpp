// SPDX-License-Identifier: Apache-2.0
//
// What the machines of a recording are.
//
//     example_01_show_machine [RECORDING]

#include <iostream>
#include <r1cluster/cluster.hpp>

int main(int argc, char* argv[]) try {
    const r1cluster::Recording recording =
        argc > 1 ? r1cluster::load_recording(argv[1]) : r1cluster::example_recording();

    // Readings are verbatim; interpret() says what they mean, with a Gap for whatever could not be seen.
    const r1cluster::Cluster cluster = r1cluster::interpret(recording);

    for (const r1cluster::Machine& machine : cluster.machines) {
        std::cout << r1cluster::show(machine) << "\n";
        std::cout << machine.host << ": " << machine.gpus.size() << " GPUs, " << machine.gaps.size() << " gaps\n\n";
    }
} catch (const r1cluster::Error& error) {
    std::cerr << error.what() << "\n";
    return 3;
}
