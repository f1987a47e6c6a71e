// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <r1cluster/cluster.hpp>

int main(int, char* argv[]) {
    const auto spec = r1cluster::parse_spec(r1cluster::read_text_file(argv[1]), argv[1]);
    const auto recording = r1cluster::load_recording(argv[2]);
    const auto checkpoint = r1cluster::parse_checkpoint(recording.checkpoint.value());
    std::cout << r1cluster::show(r1cluster::plan_layouts(spec, r1cluster::interpret(recording), checkpoint));
}
