// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <r1cluster/cluster.hpp>

int main(int, char* argv[]) {
    try {
        const auto spec = r1cluster::parse_spec(r1cluster::read_text_file(argv[1]), argv[1]);
        std::cout << r1cluster::show(r1cluster::decide(spec, r1cluster::load_recording(argv[2])).plan);
    } catch (const r1cluster::Error& error) {
        std::cerr << error.what() << "\n";
        return 3;
    }
}
